internal import DeltaSync
internal import Image
internal import Platform
internal import StoreFormat
internal import TestSupport

extension FuzzTarget {
    static let journals: [FuzzTarget] = [
        FuzzTarget("journal", seeds: { [Journals.made(), Journals.made(pushes: 3)] }) { bytes in
            Journals.use(bytes)
            Journals.use(Reseal.journal(bytes))
        }
    ]
}

/// What pushes that were cut wrote down, read as the next push does.
private enum Journals {
    private static let path = "/shipped/vault"

    static func use(_ bytes: [UInt8]) {
        let file = MemoryFile(bytes)
        let left = InterruptedPushes(reading: file)
        precondition(left.end <= bytes.count, "a journal ends inside its file")
        var begins: [JournalChunk] = []
        var blocks: [UploadedBlock] = []
        var offset = 0
        while let (chunk, end) = JournalChunk.read(file, at: offset), end <= left.end {
            precondition(
                JournalChunk.read(MemoryFile(chunk.encoded), at: 0)?.chunk == chunk, "a chunk reads back")
            switch chunk {
            case .begin: if !begins.contains(chunk), begins.count < 16 { begins.append(chunk) }
            case .blocks(let found): blocks += found
            case .pack, .intent: break
            }
            offset = end
        }
        precondition(offset == left.end, "all chunks up to the end are read")
        for begin in begins { take(blocks, of: begin, left) }
        goOn(bytes, left, begins)
    }

    /// Asks for blocks in the order of the image, as a push does.
    private static func take(_ blocks: [UploadedBlock], of begin: JournalChunk, _ left: InterruptedPushes) {
        // The store has every second one.
        let packs = left.packs(begin).enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
        guard let shipped = left.blocks(begin, in: packs) else { return }
        let there = Set(packs.flatMap { $0.frames.map(\.frame) })
        for block in blocks.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }).prefix(512) {
            guard case .record(let frame, _, _, _)? = shipped.find(block.range, block.fingerprint) else {
                continue
            }
            precondition(there.contains(frame), "what is found is in a pack that is there")
            precondition(shipped.hasUsed(frame), "what is found is used")
        }
    }

    /// A push goes on: what it writes is found behind what was left, however that ends.
    private static func goOn(_ bytes: [UInt8], _ left: InterruptedPushes, _ begins: [JournalChunk]) {
        let files = MemoryFileSystem()
        files.makeFolder("/shipped")
        try? files.open(path, .create).write(bytes.span, at: 0)
        write(PushJournal(path, files), at: left.end, 0)
        let next = PushJournal(path, files).left()
        precondition(next.intent?.generation == 1, "what a push intends is found")
        for begin in begins {
            let known = left.packs(begin)
            let found = next.packs(begin)
            precondition(Array(found.prefix(known.count)) == known, "what was left stays")
            precondition(found.count == known.count + (begin == self.begin(0) ? 1 : 0), "one pack is added")
        }
    }

    private static func begin(_ number: Int) -> JournalChunk {
        .begin(
            store: Reseal.store, base: number == 0 ? nil : SHA256Hasher.hash([UInt8(number)].span),
            isDamaged: number > 1)
    }

    /// One push: three blocks of two frames, and the pack that has them.
    private static func write(_ journal: PushJournal, at end: Int, _ number: Int) {
        let frames = [0, 1].map { FrameID(push: UInt64(number + 1), counter: $0) }
        journal.begin(begin(number), at: end)
        for (block, frame) in [(0, 0), (1, 0), (5, 1)] {
            let range = block * 64..<block * 64 + 64
            journal.note(range, Fingerprint(low: UInt64(block), high: 9))
            let source = MapEntry.Source.record(frame: frames[frame], record: block, offset: 0, depth: number)
            journal.settle(MapEntry(offset: range.lowerBound, length: range.count, source: source))
        }
        let entries = frames.enumerated().map {
            PackFooter.Entry(frame: $0.element, offset: 64 + $0.offset * 100, length: 100, records: 2)
        }
        journal.add(PackIndex.Pack(name: SHA256Hasher.hash([1].span), length: 500, frames: entries))
        journal.intend(UInt64(number + 1), SHA256Hasher.hash([2].span))
    }

    /// The journal of pushes that were cut one after the other.
    static func made(pushes: Int = 1) -> [UInt8] {
        let files = MemoryFileSystem()
        files.makeFolder("/shipped")
        for number in 0..<pushes {
            let journal = PushJournal(path, files)
            write(journal, at: journal.left().end, number)
        }
        return files.contents[path] ?? []
    }
}
