package import Platform

/// Puts a pack together, handing each part on as it is made; only the footer is kept.
package struct PackBuilder: ~Copyable {
    /// A pack is closed when it has grown to this.
    package static let targetBytes = 64 << 20
    /// The largest pack a reader accepts.
    package static let maximumBytes = 256 << 20

    private let header: [UInt8]
    private var hasher = SHA256Hasher()
    private var footer = PackFooter()
    package private(set) var byteCount = 0

    package init(job: Identifier) { header = ObjectHeader(.pack, job: job).encoded }

    package var entries: [PackFooter.Entry] { footer.entries }
    /// True when no frame should be added: large enough, or as many frames as a footer has room for.
    package var isFull: Bool {
        byteCount >= Self.targetBytes
            || (footer.entries.count + 2) * PackFooter.maximumEntryBytes > PackFooter.maximumBytes
    }

    /// Bytes of a pack beside the frames in it.
    package static func framingBytes(of entries: [PackFooter.Entry]) -> Int {
        var footer = PackFooter()
        footer.entries = entries
        return ObjectHeader.byteCount + (entries.count + 1) * Section.headerBytes + footer.encoded.count
            + ObjectTrailer.byteCount
    }

    /// The pack's next bytes: one frame, behind the header if it is the first.
    package mutating func add(_ frame: [UInt8], id: FrameID, records: Int) -> [UInt8] {
        var part = byteCount == 0 ? header : []
        part.reserveCapacity(part.count + Section.headerBytes + frame.count)
        part.append(contentsOf: Section.header("FRAM", .mandatory, length: frame.count))
        footer.entries.append(
            PackFooter.Entry(
                frame: id, offset: byteCount + part.count, length: frame.count, records: records))
        part.append(contentsOf: frame)
        return emit(part)
    }

    /// The pack's last bytes, and the SHA-256 of the whole, which is its name.
    package consuming func finish() -> (bytes: [UInt8], name: Digest256, footer: PackFooter) {
        let content = footer.encoded
        let section = Section.header("FOOT", .mandatory, length: content.count) + content
        let head = ObjectTrailer.head(
            lastSection: byteCount, length: byteCount + section.count + ObjectTrailer.byteCount)
        let digest = SHA256Hasher.hash((header + section + head).span)
        let tail = emit(section + head + digest.bytes)
        return (tail, hasher.finish(), footer)
    }

    private mutating func emit(_ part: [UInt8]) -> [UInt8] {
        hasher.update(part)
        byteCount += part.count
        return part
    }
}
