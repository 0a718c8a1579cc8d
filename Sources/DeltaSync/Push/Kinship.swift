/// Compares the source of an older point, by its facts, with the source that is shipped now.
package enum Kinship: Equatable, Sendable {
    /// The same host and the same source, or nothing that says otherwise.
    case same
    /// Another host or another source; for people, as in `file /x/a.bak on alpha`.
    case other(String)
    /// The facts are not those of the point that they are in: no run of this program has made it.
    case forged
}
