internal import Platform

/// Which write of each page of a database came last, two bits a page (format notes 4.1).
///
/// A disk that acknowledged a write and dropped it leaves an older page, whose checksum is right. Its flush type
/// then is not the one recorded here.
package struct FlushMap: Sendable {
    /// Places of a page of the map: its number, its highest dbtime, its states.
    private static let numberOffset = 16
    private static let statesOffset = 64
    /// Database pages described by one page of the map.
    package static let statesPerPage = (FlushMapHeader.byteCount - statesOffset) * 4
    /// Pages of the map that are kept, 64 MiB; what they do not describe is unknown.
    package static let maximumPages = 8192

    /// The pages' states, without what comes before them.
    private var states: [UInt8] = []
    /// Pages of the map taken so far.
    private var pages = 0

    package init() {}

    /// True when no more pages are wanted.
    package var isFull: Bool { pages == Self.maximumPages }

    /// Takes the next page of the map, in the order of the file, after its header.
    ///
    /// A page that was never written is all zero: its states are unknown.
    ///
    /// - Parameter page: ``FlushMapHeader/byteCount`` bytes; any other length is a page cut short.
    package mutating func append(_ page: Span<UInt8>) throws(FlushMapError) {
        guard page.count == FlushMapHeader.byteCount else { throw .truncated }
        guard !isFull else { return }
        if Self.verdict(of: page, number: pages) == false { throw .badPage(pages) }
        states.append(copying: page.extracting(Self.statesOffset..<page.count))
        pages += 1
    }

    /// Returns true if a page of a map is intact; nil if it was never written.
    package static func verdict(of page: Span<UInt8>, number: Int) -> Bool? {
        guard page.count == FlushMapHeader.byteCount else { return false }
        if PageKernel.isZero(page) { return nil }
        let number = UInt32(truncatingIfNeeded: number)
        return page.uint64(at: 0) == PageChecksum.blockSum(page, number: number, isFirst: true)
            && page.uint32(at: numberOffset) == number
    }

    /// Returns the recorded state of the last write of a database page.
    package func state(of page: UInt32) -> FlushType {
        // Pages of the map follow each other without a gap once their heads are gone.
        let index = Int(page) / 4
        guard index < states.count else { return .unknown }
        return FlushType(bits: states[index] >> UInt8(6 - 2 * (page % 4)))
    }

    /// The verdict of a page with the map taken into account: an intact page may be a lost write.
    ///
    /// - Parameters:
    ///   - verdict: What the page's checksum says of it.
    ///   - page: One whole page.
    package func verdict(_ verdict: PageVerdict, of page: Span<UInt8>, number: UInt32) -> PageVerdict {
        guard verdict.isGood else { return verdict }
        let recorded = state(of: number)
        guard recorded != .unknown else { return verdict }
        let found = verdict == .blank ? nil : FlushType(of: page)
        return found == recorded ? verdict : .lostWrite(LostFlush(found: found, recorded: recorded))
    }
}

/// The use of a flush map in a check of pages.
package enum FlushMapUse: Equatable, Sendable, Encodable {
    /// There is none, or it is not one of this database in its present state.
    case none
    case used
    case damaged(String)

    /// `none`, `used` or `damaged`.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .none: try container.encode("none")
        case .used: try container.encode("used")
        case .damaged: try container.encode("damaged")
        }
    }
}
