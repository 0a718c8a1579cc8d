internal import DeltaSync
internal import Platform
internal import StoreFormat
internal import TestSupport

/// Makes digests and lengths right again after a mutation, so that what stands behind them is reached.
enum Reseal {
    static let job = Identifier(high: 0x1111, low: 0x2222)
    static let store = Identifier(high: 0x3333, low: 0x4444)

    /// An object of the given type with the sections of `bytes` as far as they can be made out.
    ///
    /// A section that claims more than is left gets what is left.
    static func object(_ bytes: [UInt8], as type: ObjectType, store: Identifier = .zero) -> [UInt8] {
        let job: Identifier = type == .store ? .zero : job
        var content = Array(bytes.dropFirst(ObjectHeader.byteCount))
        if content.count >= ObjectTrailer.byteCount { content.removeLast(ObjectTrailer.byteCount) }
        var result = ObjectHeader(type, job: job, store: store).encoded
        var lastSection = result.count
        var offset = 0
        while content.count - offset >= Section.headerBytes {
            let left = content.count - offset - Section.headerBytes
            let length = min(Int(clamping: content.span.uint64(at: offset + 8)), left)
            lastSection = result.count
            result += content[offset..<offset + 8]
            var writer = ByteWriter()
            writer.uint64(length)
            result += writer.bytes
            result += content[(offset + Section.headerBytes)..<(offset + Section.headerBytes + length)]
            offset += Section.headerBytes + length
        }
        result += ObjectTrailer.head(
            lastSection: lastSection, length: result.count + ObjectTrailer.byteCount)
        return result + SHA256Hasher.hash(result.span).bytes
    }

    /// A frame whose check value is right, its table no longer than what there is.
    static func frame(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.count >= Frame.headerBytes else { return bytes }
        var result = bytes
        result.put(UInt64(0) | UInt64(bytes[17] & 1) << 8, at: 16)
        result.put(bytes.span.uint32(at: 20), at: 20)
        let left = UInt32(clamping: bytes.count - Frame.headerBytes)
        result.put(min(bytes.span.uint32(at: 24), left), at: 24)
        result.put(UInt32(0), at: 28)
        let check = Frame.check(
            head: result.span.extracting(0..<32),
            body: result.span.extracting(Frame.headerBytes..<result.count))
        result.put(check, at: 32)
        return result
    }

    /// A journal of pushes whose check values are right; a chunk that claims more than is left gets what is left.
    static func journal(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var offset = 0
        while bytes.count - offset >= JournalChunk.headerBytes {
            let start = offset + JournalChunk.headerBytes
            let end = start + min(Int(bytes.span.uint32(at: offset)), bytes.count - start)
            let kind = bytes[offset + 4] & 3 + 1
            var header = ByteWriter()
            header.uint32(UInt32(end - start))
            header.uint8(kind)
            header.uint64(CheckValue.of([kind].span, bytes.span.extracting(start..<end)))
            result += header.bytes + bytes[start..<end]
            offset = end
        }
        return result
    }

    /// `bytes` and their SHA-256.
    static func digest(_ bytes: [UInt8]) -> [UInt8] { bytes + SHA256Hasher.hash(bytes.span).bytes }
}
