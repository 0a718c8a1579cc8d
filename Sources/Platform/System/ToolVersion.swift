/// The version of this program, as points, logs and `hybridrep version` name it.
package enum ToolVersion {
    package static let current = "0.1.0"
}
