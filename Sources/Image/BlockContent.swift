package import Platform

/// What a signature knows of one block.
package enum BlockContent: Hashable, Sendable {
    /// Every byte is zero.
    case zero
    case data(Fingerprint)
}

/// Fingerprints of all-zero blocks, one for each length that occurs.
package struct ZeroFingerprints: Sendable {
    private let fingerprinter: Fingerprinter
    private var known: [Int: Fingerprint] = [:]

    package init(_ fingerprinter: Fingerprinter) { self.fingerprinter = fingerprinter }

    package mutating func fingerprint(length: Int) -> Fingerprint {
        if let found = known[length] { return found }
        let made = fingerprinter.fingerprint([UInt8](repeating: 0, count: length).span)
        known[length] = made
        return made
    }
}
