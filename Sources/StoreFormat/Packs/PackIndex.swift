package import Platform

/// An index object: which pack holds which frame, for the packs of one push.
///
/// docs/format/pack.md, section 5. Everything in it can be had again from the packs' footers.
package struct PackIndex: Equatable, Sendable {
    package struct Pack: Equatable, Sendable {
        package let name: Digest256
        package let length: Int
        package let frames: [PackFooter.Entry]

        package init(name: Digest256, length: Int, frames: [PackFooter.Entry]) {
            self.name = name
            self.length = length
            self.frames = frames
        }
    }
    package var packs: [Pack]
    package static let maximumBytes = 256 << 20

    package init(_ packs: [Pack]) { self.packs = packs }

    package func encoded(job: Identifier, store: Identifier) -> [UInt8] {
        var writer = ByteWriter()
        writer.varint(packs.count)
        for pack in packs { pack.encode(into: &writer) }
        var object = ObjectBuilder(ObjectHeader(.index, job: job, store: store))
        object.section("PCKS", .mandatory, writer.bytes)
        return object.finish()
    }

    package init(parsing bytes: [UInt8], job: Identifier, store: Identifier) throws(FormatError) {
        let object = try ParsedObject(parsing: bytes, expecting: .index, known: ["PCKS"])
        guard object.header.job == job else { throw .badField(field: "job id", offset: 16) }
        guard object.header.store == store else { throw .badField(field: "store id", offset: 32) }
        var reader = try object.section("PCKS")
        let count = try reader.varint("packs", limit: reader.remaining)
        var packs: [Pack] = []
        for _ in 0..<count { packs.append(try Pack(parsing: &reader)) }
        try reader.finish()
        self.packs = packs
    }
}

extension PackIndex.Pack {
    package func encode(into writer: inout ByteWriter) {
        writer.append(name)
        writer.varint(length)
        var footer = PackFooter()
        footer.entries = frames
        let frames = footer.encoded
        writer.varint(frames.count)
        writer.append(frames)
    }

    package init(parsing reader: inout ByteReader) throws(FormatError) {
        let name = try reader.digest()
        let length = try reader.varint("pack length", limit: PackBuilder.maximumBytes)
        let frameBytes = try reader.varint("frames", limit: reader.remaining)
        let footer = try PackFooter(parsing: try reader.take(array: frameBytes), packBytes: length)
        self.init(name: name, length: length, frames: footer.entries)
    }
}
