internal import Platform

/// Finds the last page that a database owns, through the tree of owned extents on page 2 (format notes 1.4).
///
/// A file may be longer than its database, and what lies behind the owned end is no concern of the engine.
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

        /// What the engine would say; nil where nothing is wrong with the tree, or its bad page is one of those counted.
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
