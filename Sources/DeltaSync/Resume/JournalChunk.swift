internal import Image
package import Platform
package import StoreFormat

/// One piece of a push's journal, whole or not there.
///
/// Layout: u32 bytes of the payload, u8 kind, u64 XXH3-64 of kind and payload, payload.
package enum JournalChunk: Equatable {
    /// A push begins: the store, what it builds upon, nil for nothing, and whether the store has lost some of that.
    case begin(store: Identifier, base: Digest256?, isDamaged: Bool)
    /// Blocks of the image and their places in the store, rising.
    case blocks([UploadedBlock])
    /// A pack that the store was given.
    case pack(PackIndex.Pack)
    /// The point that is about to be committed.
    case intent(generation: UInt64, point: Digest256)

    package static let headerBytes = 13
    /// A pack's frames are the longest.
    static let maximumBytes = PackFooter.maximumBytes + 1024
    /// Blocks of a chunk, so that a reader of many pushes holds little of each.
    static let maximumBlocks = 512

    private enum Kind: UInt8 { case begin = 1, blocks, pack, intent }

    package var encoded: [UInt8] {
        var payload = ByteWriter()
        let kind: Kind
        switch self {
        case .begin(let store, let base, let isDamaged):
            kind = .begin
            payload.uint8(isDamaged ? 1 : 0)
            payload.append(store)
            if let base { payload.append(base) }
        case .blocks(let blocks):
            kind = .blocks
            UploadedBlock.encode(blocks, into: &payload)
        case .pack(let pack):
            kind = .pack
            pack.encode(into: &payload)
        case .intent(let generation, let point):
            kind = .intent
            payload.uint64(generation)
            payload.append(point)
        }
        var writer = ByteWriter(capacity: Self.headerBytes + payload.count)
        writer.uint32(UInt32(payload.count))
        writer.uint8(kind.rawValue)
        writer.uint64(CheckValue.of([kind.rawValue].span, payload.bytes.span))
        writer.append(payload.bytes)
        return writer.bytes
    }

    /// The chunk that starts at `offset`, and where the next one does; nil where there is no whole one.
    package static func read(_ file: any OpenFile, at offset: Int) -> (chunk: JournalChunk, end: Int)? {
        guard let header = try? file.bytes(at: offset, count: headerBytes) else { return nil }
        let count = Int(header.span.uint32(at: 0))
        guard count <= maximumBytes, let kind = Kind(rawValue: header[4]),
            let payload = try? file.bytes(at: offset + headerBytes, count: count),
            CheckValue.of([kind.rawValue].span, payload.span) == header.span.uint64(at: 5),
            let chunk = try? parse(kind, payload)
        else { return nil }
        return (chunk, offset + headerBytes + count)
    }

    private static func parse(_ kind: Kind, _ payload: [UInt8]) throws(FormatError) -> JournalChunk {
        var reader = ByteReader(payload)
        let chunk: JournalChunk
        switch kind {
        case .begin:
            let isDamaged = try reader.uint8() != 0
            let store = try reader.identifier()
            let base = reader.isAtEnd ? nil : try reader.digest()
            chunk = .begin(store: store, base: base, isDamaged: isDamaged)
        case .blocks: chunk = .blocks(try UploadedBlock.parse(&reader))
        case .pack: chunk = .pack(try PackIndex.Pack(parsing: &reader))
        case .intent: chunk = .intent(generation: try reader.uint64(), point: try reader.digest())
        }
        try reader.finish()
        return chunk
    }
}

/// How long the packs of a push are, over a link that breaks.
///
/// Only whole packs are not shipped again: where a link breaks before two have gone over, the next are a quarter as long,
/// so that every try gets further.
package struct PackLength: Equatable, Sendable {
    private static let leastBytes = 1 << 20

    /// Length at which a pack is closed.
    package private(set) var bytes = PackBuilder.targetBytes

    package init() {}

    /// Notes that a session broke after it had sent so many bytes.
    package mutating func noteBreak(afterBytes sentBytes: Int) {
        if sentBytes < 2 * bytes { bytes = max(Self.leastBytes, bytes / 4) }
    }
}
