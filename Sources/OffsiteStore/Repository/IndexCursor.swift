internal import Platform
internal import StoreFormat

/// Reads an index pack by pack, with the memory of one footer.
struct IndexCursor {
    private static let pieceBytes = 256 << 10
    private static let mostHeadBytes = Digest256.byteCount + 9 + 9

    private let read: (Int, Int) throws(StoreError) -> [UInt8]
    private let subject: String
    private let end: Int
    private var window: [UInt8] = []
    /// Start of the window, and how much of it is used.
    private var start = ObjectHeader.byteCount + Section.headerBytes
    private var used = 0
    private var left: Int

    /// - Parameter read: Gives `count` bytes from an offset.
    /// - Throws: `corrupt` or `incompatible` for what is no index of this job in this store.
    init(
        length: Int, job: Identifier, storeID: Identifier, subject: String,
        read: @escaping (_ offset: Int, _ count: Int) throws(StoreError) -> [UInt8]
    ) throws(StoreError) {
        self.read = read
        self.subject = subject
        end = length - ObjectTrailer.byteCount
        left = 0
        guard end >= start, length <= PackIndex.maximumBytes else {
            throw StoreError("read", subject, .badField(field: "index length", offset: length))
        }
        let head = try read(0, start)
        let tail = try read(end, ObjectTrailer.byteCount)
        do throws(FormatError) {
            let trailer = try ObjectTrailer(parsing: tail)
            guard trailer.length == length, trailer.lastSection == ObjectHeader.byteCount else {
                throw .badField(field: "trailer", offset: end)
            }
            var hasher = SHA256Hasher()
            var at = 0
            while at < length - Digest256.byteCount {
                let count = min(Self.pieceBytes, length - Digest256.byteCount - at)
                let piece: [UInt8]
                do throws(StoreError) { piece = try read(at, count) } catch {
                    throw .truncated(offset: at, needed: count, available: 0)
                }
                hasher.update(piece)
                at += count
            }
            guard hasher.finish() == trailer.digest else { throw .digestMismatch(of: "index") }
            let header = try ObjectHeader(parsing: head, expecting: .index)
            guard header.job == job else { throw .badField(field: "job id", offset: 16) }
            guard header.store == storeID else { throw .badField(field: "store id", offset: 32) }
            var reader = ByteReader(head, in: ObjectHeader.byteCount..<head.count)
            let (tag, _, count) = try Section.parseHeader(&reader)
            guard tag == "PCKS", count == end - start else { throw .missingSection(tag: "PCKS") }
        } catch { throw StoreError("read", subject, error) }
        try fill(Self.mostHeadBytes)
        let most = end
        left = try parse { reader throws(FormatError) in try reader.varint("packs", limit: most) }
    }

    /// The next pack: its name, its length and the bytes of its footer; nil at the end.
    mutating func next() throws(StoreError) -> (name: Digest256, length: Int, footer: [UInt8])? {
        guard left > 0 else {
            guard start + used == end else {
                throw StoreError("read", subject, .trailingBytes(count: end - start - used))
            }
            return nil
        }
        left -= 1
        try fill(Self.mostHeadBytes)
        let (name, length, count) = try parse { reader throws(FormatError) in
            (
                try reader.digest(), try reader.varint("pack length", limit: PackBuilder.maximumBytes),
                try reader.varint("frames", limit: PackFooter.maximumBytes)
            )
        }
        try fill(count)
        let footer = try parse { reader throws(FormatError) in try reader.take(array: count) }
        return (name, length, footer)
    }

    private mutating func parse<R>(_ body: (inout ByteReader) throws(FormatError) -> R) throws(StoreError)
        -> R
    {
        var reader = ByteReader(window, in: used..<window.count)
        do throws(FormatError) {
            let result = try body(&reader)
            used = window.count - reader.remaining
            return result
        } catch { throw StoreError("read", subject, error) }
    }

    /// Has `count` bytes in the window, or all that are left.
    private mutating func fill(_ count: Int) throws(StoreError) {
        guard window.count - used < count, start + window.count < end else { return }
        window.removeFirst(used)
        start += used
        used = 0
        while window.count < count, start + window.count < end {
            window += try read(start + window.count, min(Self.pieceBytes, end - start - window.count))
        }
    }
}
