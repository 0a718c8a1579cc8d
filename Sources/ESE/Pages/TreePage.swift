internal import Platform

/// The part of a page that every page size has alike (format notes 4).
package struct PageHead: Equatable {
    package static let byteCount = 40
    /// When the page was last changed, on the database's own clock.
    package let dbtime: UInt64
    /// The tree that the page belongs to; 0 for a page that was never written.
    package let objectID: UInt32

    /// - Parameter page: A page, or its first ``byteCount`` bytes; traps when there are fewer.
    package init(_ page: Span<UInt8>) {
        dbtime = page.uint64(at: 8)
        objectID = page.uint32(at: 24)
    }

    /// The tree that a page belongs to; nil for a page that was never written, or a head that is not whole.
    package static func objectID(of head: Span<UInt8>) -> UInt32? {
        guard head.count >= byteCount else { return nil }
        let id = PageHead(head).objectID
        return id == 0 ? nil : id
    }
}

/// The nodes of a tree page: tags grow down from its end, node bytes up from its header (format notes 1.4, 4).
struct TreePage {
    /// Key and data of one node; the key includes the prefix that it shares with its page.
    struct Node: Equatable {
        let key: [UInt8]
        let data: [UInt8]
    }

    private static let deleted: UInt8 = 2
    private static let prefixCompressed: UInt8 = 4
    let size: PageSize

    static func isLeaf(_ page: Span<UInt8>) -> Bool { page.uint32(at: 36) & 2 != 0 }

    static func isSpaceTree(_ page: Span<UInt8>) -> Bool { page.uint32(at: 36) & 0x20 != 0 }

    /// Number of tags; tag 0 is the page's own external header.
    static func tagCount(_ page: Span<UInt8>) -> Int { Int(page.uint16(at: 34) & 0xFFF) }

    /// The last node of a whole page that is not marked deleted; nil when there is none or it is outside.
    func lastNode(of page: Span<UInt8>) -> Node? {
        guard let external = bytes(ofTag: 0, page) else { return nil }
        for index in stride(from: Self.tagCount(page) - 1, through: 1, by: -1) {
            guard let (bytes, flags) = bytes(ofTag: index, page) else { return nil }
            if flags & Self.deleted == 0 { return node(bytes, flags, prefixes: external.bytes) }
        }
        return nil
    }

    /// The nodes of a whole page that are not marked deleted and lie inside it, in order.
    func nodes(of page: Span<UInt8>) -> [Node] {
        guard let external = bytes(ofTag: 0, page) else { return [] }
        var nodes: [Node] = []
        for index in 1..<max(1, Self.tagCount(page)) {
            guard let (bytes, flags) = bytes(ofTag: index, page), flags & Self.deleted == 0,
                let node = node(bytes, flags, prefixes: external.bytes)
            else { continue }
            nodes.append(node)
        }
        return nodes
    }

    private func node(_ bytes: [UInt8], _ flags: UInt8, prefixes: [UInt8]) -> Node? {
        var offset = 0
        var prefix = 0
        if flags & Self.prefixCompressed != 0 {
            guard bytes.count >= 2 else { return nil }
            prefix = Int(bytes.span.uint16(at: 0) & lengthMask)
            offset = 2
        }
        guard bytes.count >= offset + 2, prefix <= prefixes.count else { return nil }
        let suffix = Int(bytes.span.uint16(at: offset) & lengthMask)
        offset += 2
        guard bytes.count >= offset + suffix else { return nil }
        return Node(
            key: Array(prefixes[..<prefix]) + bytes[offset..<offset + suffix],
            data: Array(bytes[(offset + suffix)...]))
    }

    /// Lengths and offsets leave the top bits to flags.
    private var lengthMask: UInt16 { size.isLarge ? 0x7FFF : 0x1FFF }

    /// Large pages keep the flags of a node in its second byte, small ones in its tag.
    private func bytes(ofTag index: Int, _ page: Span<UInt8>) -> (bytes: [UInt8], flags: UInt8)? {
        let place = size.bytes - 4 * (index + 1)
        guard page.count == size.bytes, place >= size.pageHeaderBytes else { return nil }
        let length = Int(page.uint16(at: place) & lengthMask)
        let field = page.uint16(at: place + 2)
        let start = size.pageHeaderBytes + Int(field & lengthMask)
        guard start + length <= place else { return nil }
        var bytes = page.array(start..<start + length)
        guard size.isLarge, index > 0, length >= 2 else { return (bytes, UInt8(field >> 13)) }
        let flags = bytes[1] >> 5
        bytes[1] &= 0x1F
        return (bytes, flags)
    }
}
