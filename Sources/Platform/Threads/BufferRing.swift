internal import Dispatch
internal import Synchronization

/// A fixed number of pieces that go round: the owner fills one, a thread works on it, the owner takes it back in order.
///
/// Nothing is allocated on the way, and a hand-off costs a few microseconds at most. One thread gives and takes; the
/// number of pieces bounds the memory. The threads end with the object, each after the piece it has begun.
package final class BufferRing<Piece> {
    /// A piece has one owner at a time: who gives it, one worker, and who gave it again.
    @safe private final class Slot: @unchecked Sendable {
        var piece: Piece
        let done = DispatchSemaphore(value: 0)
        init(_ piece: Piece) { self.piece = piece }
    }

    /// The state that the workers retain, so that they do not retain the owner.
    private final class Shared: Sendable {
        let slots: [Slot]
        let given = DispatchSemaphore(value: 0)
        let begun = Atomic(0)
        let isEnded = Atomic(false)

        init(_ slots: [Slot]) { self.slots = slots }

        /// The oldest piece that no worker has begun; nil when there will be no more.
        func next() -> Slot? {
            given.wait()
            guard !isEnded.load(ordering: .acquiring) else { return nil }
            let ticket = begun.wrappingAdd(1, ordering: .relaxed).oldValue
            return slots[ticket % slots.count]
        }
    }

    private let shared: Shared
    private let threads: Int
    private let work: @Sendable (inout Piece) -> Void
    private var isStarted = false
    private var givenCount = 0
    private var takenCount = 0

    /// - Parameters:
    ///   - make: Makes one of the pieces, which must share nothing with each other.
    ///   - work: What a thread does with a piece.
    package init(
        pieces: Int, threads: Int, make: () -> Piece, work: @escaping @Sendable (inout Piece) -> Void
    ) {
        precondition(pieces > 0 && threads > 0)
        shared = Shared((0..<pieces).map { _ in Slot(make()) })
        self.threads = threads
        self.work = work
    }

    deinit {
        shared.isEnded.store(true, ordering: .releasing)
        if isStarted { for _ in 0..<threads { shared.given.signal() } }
    }

    /// Pieces that were given and not taken.
    package var underWay: Int { givenCount - takenCount }
    package var isFull: Bool { underWay == shared.slots.count }

    /// Lets `body` fill the next piece, and gives it to the threads when that says so.
    ///
    /// Not to be called while the ring is full.
    @discardableResult
    package func give<E: Error>(_ body: (inout Piece) throws(E) -> Bool) throws(E) -> Bool {
        precondition(!isFull, "a piece is given where none is free")
        guard try body(&shared.slots[givenCount % shared.slots.count].piece) else { return false }
        start()
        givenCount += 1
        shared.given.signal()
        return true
    }

    /// Waits for the oldest piece under way and hands it to `body`; the piece is free from then on.
    package func take<E: Error>(_ body: (inout Piece) throws(E) -> Void) throws(E) {
        guard underWay > 0 else { return }
        let slot = shared.slots[takenCount % shared.slots.count]
        slot.done.wait()
        takenCount += 1
        try body(&slot.piece)
    }

    private func start() {
        guard !isStarted else { return }
        isStarted = true
        for _ in 0..<threads {
            // A queue each, as in OrderedWorkers.
            DispatchQueue(label: "hybridrep.piece").async { [shared, work] in
                while let slot = shared.next() {
                    work(&slot.piece)
                    slot.done.signal()
                }
            }
        }
    }
}
