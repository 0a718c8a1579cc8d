package import ESE

/// Tree pages as an engine would leave them, made up.
package struct ESEPage {
    package static let root: UInt32 = 1
    package static let leaf: UInt32 = 2
    package static let spaceTree: UInt32 = 0x20
    private static let newRecords: UInt32 = 0x800

    /// Bytes of the words that make pages compressible.
    private static let vocabulary: [[UInt8]] = [
        "Inbox", "Subject: Re: ", "@example.com", "Content-Type: text/plain", "MSysObjects",
        "\0\0\0\0\0\0\0\0",
        "Calendar", "IPM.Note", "attachment.pdf", "DefaultFolderType",
    ].map { Array($0.utf8) }

    package struct Node {
        package let key: [UInt8]
        package let data: [UInt8]
        package init(key: [UInt8], data: [UInt8]) {
            self.key = key
            self.data = data
        }
    }

    /// How a page is written, apart from its content.
    package struct Style: Equatable, Sendable {
        package var dbtime: UInt64
        /// The old checksum; pages above 8 KiB never have it.
        package var isOld = false
        package var flushType = FlushType.unknown
        package var tree: UInt32 = 1

        package init(dbtime: UInt64, isOld: Bool = false, flushType: FlushType = .unknown, tree: UInt32 = 1) {
            self.dbtime = dbtime
            self.isOld = isOld
            self.flushType = flushType
            self.tree = tree
        }
    }

    /// A sealed page with these nodes behind an external header of 16 zero bytes, in the new format.
    package static func make(
        _ size: PageSize, number: UInt32, flags: UInt32 = leaf, dbtime: UInt64, tree: UInt32 = 1,
        nodes: [Node]
    ) -> [UInt8] {
        make(size, number: number, flags: flags, Style(dbtime: dbtime, tree: tree), nodes: nodes)
    }

    /// A sealed page with these nodes.
    ///
    /// The nodes must fit; nodes that do not are a bug of the test.
    ///
    /// - Parameter prefix: The external header, from which keys that begin like it take what they share with it;
    ///   nil for 16 zero bytes that no key shares.
    package static func make(
        _ size: PageSize, number: UInt32, flags: UInt32 = leaf, _ style: Style, prefix: [UInt8]? = nil,
        nodes: [Node]
    ) -> [UInt8] {
        var page = [UInt8](repeating: 0, count: size.bytes)
        var used = 0
        var tags = 0
        func add(_ bytes: [UInt8], isCompressed: Bool, _ page: inout [UInt8]) {
            let start = size.pageHeaderBytes + used
            page.replaceSubrange(start..<start + bytes.count, with: bytes)
            let tag = size.bytes - 4 * (tags + 1)
            page.put(UInt16(bytes.count), at: tag)
            page.put(UInt16(used), at: tag + 2)
            if isCompressed {
                // Large pages keep a node's flags in its second byte, small ones in its tag.
                if size.isLarge { page[start + 1] |= 4 << 5 } else { page[tag + 3] |= 4 << 5 }
            }
            used += bytes.count
            tags += 1
        }
        add(prefix ?? [UInt8](repeating: 0, count: 16), isCompressed: false, &page)
        for node in nodes {
            let shared = zip(prefix ?? [], node.key).prefix { $0 == $1 }.count
            var bytes: [UInt8] = shared > 0 ? [UInt8(shared), 0] : []
            bytes += [UInt8(node.key.count - shared), 0]
            bytes += node.key.dropFirst(shared)
            bytes += node.data
            add(bytes, isCompressed: shared > 0, &page)
        }
        let free = size.bytes - size.pageHeaderBytes - used - 4 * tags
        page.put(style.dbtime, at: 8)
        page.put(style.tree, at: 24)
        page.put(UInt16(free), at: 28)
        page.put(UInt16(used), at: 32)
        page.put(UInt16(tags), at: 34)
        let format = style.isOld ? 0 : PageChecksum.newFormatFlag
        page.put(flags | newRecords | format | style.flushType.pageFlags, at: 36)
        page.seal(number)
        return page
    }

    /// The root and only leaf of a tree of owned extents: one extent, pages 1 to `last`.
    package static func ownedExtents(_ size: PageSize, last: UInt32, dbtime: UInt64) -> [UInt8] {
        ownedExtents(size, last: last, Style(dbtime: dbtime))
    }

    package static func ownedExtents(_ size: PageSize, last: UInt32, _ style: Style) -> [UInt8] {
        make(
            size, number: 2, flags: root | leaf | spaceTree, style,
            nodes: [Node(key: bigEndian(last), data: littleEndian(last))])
    }

    package static func bigEndian(_ value: UInt32) -> [UInt8] { littleEndian(value).reversed() }
    package static func littleEndian(_ value: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> UInt32($0 * 8)) }
    }

    /// A full leaf of made-up records: words and random bytes, about half of each.
    package static func content(_ size: PageSize, number: UInt32, dbtime: UInt64, seed: UInt64) -> [UInt8] {
        content(size, number: number, Style(dbtime: dbtime), seed: seed)
    }

    /// - Parameter style: Its tree is replaced by one that follows from the number.
    package static func content(
        _ size: PageSize, number: UInt32, _ style: Style, seed: UInt64
    ) -> [UInt8] {
        var generator = SeededGenerator(seed: seed ^ UInt64(number) &* 0x9E37_79B9)
        var nodes: [Node] = []
        var room = size.bytes - size.pageHeaderBytes - 16 - 4
        while true {
            let data = record(&generator)
            room -= data.count + 2 + 8 + 4
            guard room >= 0 else { break }
            let key = bigEndian(number) + bigEndian(UInt32(nodes.count))
            nodes.append(Node(key: key, data: data))
        }
        var style = style
        style.tree = 20 + number % 7
        return make(size, number: number, style, nodes: nodes)
    }

    private static func record(_ generator: inout SeededGenerator) -> [UInt8] {
        let length = 100 + Int(generator.next() % 200)
        var data: [UInt8] = []
        while data.count < length {
            let choice = generator.next()
            data += vocabulary[Int(choice % UInt64(vocabulary.count))]
            data += generator.bytes(4 + Int(choice >> 32 % 16))
        }
        return data
    }
}
