/// The version of this program, as in its release tag and in every point it commits.
package enum ToolVersion {
    package static let current = "0.1.0"
}
