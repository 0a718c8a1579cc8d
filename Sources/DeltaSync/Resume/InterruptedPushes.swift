internal import Image
internal import OffsiteStore
package import Platform
package import StoreFormat

/// Packs and blocks that interrupted pushes uploaded before they could commit, read back from the journal.
package struct InterruptedPushes {
    private struct Attempt {
        let begin: JournalChunk
        /// Start of the chunks with its blocks.
        var blocks: [Int] = []
        var packs: [PackIndex.Pack] = []
    }

    /// The point whose commit was asked for last.
    package private(set) var intent: (generation: UInt64, point: Digest256)?
    /// End of the journal.
    package private(set) var end = 0
    private var attempts: [Attempt] = []
    private let file: (any OpenFile)?

    /// - Parameter file: The journal; nil for none.
    package init(reading file: (any OpenFile)?) {
        self.file = file
        guard let file else { return }
        while let (chunk, next) = JournalChunk.read(file, at: end) {
            switch chunk {
            case .begin: attempts.append(Attempt(begin: chunk))
            case .intent(let generation, let point): intent = (generation, point)
            case .blocks where !attempts.isEmpty: attempts[attempts.count - 1].blocks.append(end)
            case .pack(let pack) where !attempts.isEmpty: attempts[attempts.count - 1].packs.append(pack)
            case .blocks, .pack: return
            }
            end = next
        }
    }

    /// True if `head` is this image's point: its commit was sent, and the answer was lost.
    func hasCommitted(_ head: StoredPoint, image: Digest256, sourceTime: Timestamp) -> Bool {
        guard let intent else { return false }
        return intent == (head.point.generation, head.digest)
            && head.point.imageDigest == image
            && head.point.sourceTime == sourceTime
    }

    /// True if a push found that the store has lost something: a sample could miss it now.
    func hasFoundDamage(in store: Identifier) -> Bool {
        attempts.contains { attempt in
            if case .begin(store, _, isDamaged: true) = attempt.begin { true } else { false }
        }
    }

    /// Packs that the store was given by pushes that began like this one; whether they are there is not known here.
    package func packs(_ begin: JournalChunk) -> [PackIndex.Pack] {
        attempts.filter { $0.begin == begin }.flatMap(\.packs)
    }

    /// The blocks of these pushes that are in `packs`; nil where there are none.
    package func blocks(_ begin: JournalChunk, in packs: [PackIndex.Pack]) -> UploadedBlocks? {
        guard let file, !packs.isEmpty else { return nil }
        return UploadedBlocks(
            file, attempts.filter { $0.begin == begin }.map(\.blocks),
            FrameSet(packs.lazy.flatMap(\.frames).map(\.frame)))
    }
}
