internal import Platform

/// Finds the last page that a database owns, through the tree of owned extents on page 2 (format notes 1.4).
///
/// A file may be longer than its database, and what is after the owned end is no concern of the engine.
package enum OwnedExtent {
    /// The last owned page, or why it cannot be told; then every slot counts.
    package enum End: Equatable, Sendable {
        case page(UInt32)
        case unknown(Problem)

        /// The page, when it is known.
        package var lastPage: UInt32? { if case .page(let number) = self { number } else { nil } }
    }

    package enum Problem: Equatable, Sendable, CustomStringConvertible {
        /// The file ends before it.
        case unreadable(page: UInt32)
        /// It came before the page that leads to it, in a stream that cannot go back.
        case passed(page: UInt32)
        case bad(page: UInt32, PageVerdict)
        /// The page's sum is right but not its structure.
        case malformed(page: UInt32)
        /// More levels than any tree has, or a loop.
        case tooDeep

        /// The engine's error code; nil if the tree is intact, or its bad page is among those counted.
        var code: ErrorCode? {
            switch self {
            case .passed: nil
            case .bad(let page, .blank): SystemPage(rawValue: page) == nil ? .pageNotInitialized : nil
            case .bad: nil
            case .unreadable, .malformed, .tooDeep: .databaseCorrupted
            }
        }

        package var description: String {
            switch self {
            case .unreadable(let page): "page \(page) of the owned extents cannot be read"
            case .passed(let page): "page \(page) of the owned extents came before the page that leads to it"
            case .bad(let page, let verdict): "page \(page) of the owned extents: \(verdict)"
            case .malformed(let page): "page \(page) of the owned extents is malformed"
            case .tooDeep: "the tree of owned extents has no end"
            }
        }
    }

    private static let root: UInt32 = 2
    private static let maximumDepth = 8

    /// Follows the last node of each page down to the last leaf.
    ///
    /// - Parameter read: The bytes of a database page, nil when the file ends before it.
    package static func end<Failure: Error>(
        _ size: PageSize, read: (UInt32) throws(Failure) -> [UInt8]?
    ) throws(Failure) -> End {
        var number = root
        for _ in 0..<maximumDepth {
            guard let bytes = try read(number), bytes.count == size.bytes else {
                return .unknown(.unreadable(page: number))
            }
            let verdict = PageChecksum.verdict(of: bytes.span, number: number)
            guard verdict == .good else { return .unknown(.bad(page: number, verdict)) }
            guard let node = TreePage(size: size).lastNode(of: bytes.span), node.data.count >= 4 else {
                return .unknown(.malformed(page: number))
            }
            let value = node.data.span.uint32(at: 0)
            guard TreePage.isLeaf(bytes.span) else {
                guard value != 0 else { return .unknown(.malformed(page: number)) }
                number = value
                continue
            }
            guard node.key.count >= 4 else { return .unknown(.malformed(page: number)) }
            let last = node.key.prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            // An extent of `value` pages that ends at `last` cannot begin before page 1.
            guard last > 0, value > 0, value <= last else { return .unknown(.malformed(page: number)) }
            return .page(last)
        }
        return .unknown(.tooDeep)
    }
}

/// The pages that belong to a database and to none of its trees, from the tree of available extents on page 3.
package enum AvailableExtents {
    private static let root: UInt32 = 3
    private static let maximumDepth = 8
    /// More than the tree of a database of the largest size has.
    private static let maximumPages = 1 << 16

    /// - Parameter read: The bytes of a database page, nil when the file ends before it.
    /// - Returns: The extents that could be read; one that a damaged part of the tree holds is not among them.
    package static func ranges<Failure: Error>(
        _ size: PageSize, read: (UInt32) throws(Failure) -> [UInt8]?
    ) throws(Failure) -> [ClosedRange<UInt32>] {
        var found: [ClosedRange<UInt32>] = []
        var level: [UInt32] = [root]
        var left = maximumPages
        for _ in 0..<maximumDepth where !level.isEmpty {
            var next: [UInt32] = []
            for number in level {
                guard left > 0 else { return found }
                left -= 1
                guard let page = try read(number), page.count == size.bytes,
                    PageChecksum.verdict(of: page.span, number: number) == .good,
                    TreePage.isSpaceTree(page.span)
                else { continue }
                let isLeaf = TreePage.isLeaf(page.span)
                for node in TreePage(size: size).nodes(of: page.span) where node.data.count >= 4 {
                    let value = node.data.span.uint32(at: 0)
                    guard isLeaf else {
                        next.append(value)
                        continue
                    }
                    if let extent = extent(node.key, pages: value) { found.append(extent) }
                }
            }
            level = next
        }
        return found
    }

    /// The key ends with the last page; newer engines put a byte before it.
    private static func extent(_ key: [UInt8], pages: UInt32) -> ClosedRange<UInt32>? {
        guard key.count >= 4 else { return nil }
        let last = key.suffix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        guard pages > 0, pages <= last else { return nil }
        return last - pages + 1...last
    }
}
