internal import DequeModule
internal import Image
package import Platform
package import StoreFormat

/// A record of what pushes to one target have shipped since its newest point, written as they go.
///
/// A push that is cut leaves packs in the store that no point refers to. The next one finds here which blocks of the image
/// are in them, and ships the rest. The point to be committed is written down, too, so that an answer that was lost is
/// known for what it was.
///
/// It is a list of ``JournalChunk``s, to which every push appends. All of it may be lost: that costs time, so nothing here
/// throws. What is torn or damaged ends it there.
package final class PushJournal {
    private let path: String
    private let files: any FileSystem
    /// Nil until there is something to write.
    private var file: (any OpenFile)?
    private var end = 0
    /// The first chunk of this push.
    private var begin: JournalChunk?
    /// Nothing is written any more: this host's disk is full, say.
    private var isBroken = false
    /// Blocks of the image whose map entry is not known yet, in order.
    private var awaited: Deque<(range: Range<Int>, fingerprint: Fingerprint)> = []
    private var blocks: [UploadedBlock] = []

    package init(_ path: String, _ files: any FileSystem) {
        self.path = path
        self.files = files
    }

    /// The chunks that earlier pushes left.
    package func left() -> InterruptedPushes { InterruptedPushes(reading: try? files.open(path, .read)) }

    /// Begins a push.
    ///
    /// - Parameter end: End of the part of the journal that is of use to it.
    package func begin(_ begin: JournalChunk, at end: Int) {
        self.begin = begin
        self.end = end
    }

    /// Notes a block that the image has and the base has not.
    package func note(_ block: Range<Int>, _ fingerprint: Fingerprint) {
        awaited.append((block, fingerprint))
    }

    /// Notes where the bytes of a range are, ranges in order.
    package func settle(_ entry: MapEntry) {
        while let block = awaited.first, block.range.upperBound <= entry.end {
            awaited.removeFirst()
            guard block.range.lowerBound >= entry.offset,
                case .record(let frame, let record, let offset, let depth) = entry.source
            else { continue }
            blocks.append(
                UploadedBlock(
                    range: block.range, fingerprint: block.fingerprint, frame: frame, record: record,
                    offset: offset + block.range.lowerBound - entry.offset, depth: depth))
            if blocks.count >= JournalChunk.maximumBlocks { write([.blocks(exchange(&blocks, with: []))]) }
        }
    }

    /// Notes a pack that the store was given.
    package func add(_ pack: PackIndex.Pack) {
        write([.blocks(exchange(&blocks, with: [])), .pack(pack)], durably: true)
    }

    /// Notes the point that is committed next.
    package func intend(_ generation: UInt64, _ point: Digest256) {
        write([.intent(generation: generation, point: point)], durably: true)
    }

    /// Forgets all of it: its point is there.
    func remove() {
        file = nil
        isBroken = true
        try? files.remove(path)
    }

    private func write(_ chunks: [JournalChunk], durably: Bool = false) {
        guard !isBroken else { return }
        do throws(SystemError) {
            let target = try open()
            for chunk in [begin].compactMap(\.self) + chunks {
                let bytes = chunk.encoded
                try target.write(bytes.span, at: end)
                end += bytes.count
            }
            begin = nil
            if durably { try target.sync() }
        } catch { isBroken = true }
    }

    /// A torn chunk is cut off, since chunks after it would not be found.
    private func open() throws(SystemError) -> any OpenFile {
        if let file { return file }
        let isThere = try files.status(path) != nil
        let opened = try files.open(path, isThere ? .update : .create)
        if isThere { try opened.truncate(to: end) }
        file = opened
        try files.syncFolder(PathText.folder(of: path))
        return opened
    }
}
