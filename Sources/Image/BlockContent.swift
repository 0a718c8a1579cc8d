package import Platform

/// What a signature knows of one block.
package enum BlockContent: Hashable, Sendable {
    /// Every byte is zero.
    case zero
    case data(Fingerprint)

    /// True when this is what the bytes of a block are.
    package func isContent(of block: Span<UInt8>, _ fingerprinter: Fingerprinter) -> Bool {
        switch self {
        case .zero: ZeroScan.isZero(block)
        case .data(let known): fingerprinter.fingerprint(block) == known
        }
    }
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
