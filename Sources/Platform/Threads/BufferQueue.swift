/// Bytes on their way from one thread to another, in pieces whose storage is used again.
///
/// The queue itself belongs behind a lock, under which whole pieces change hands; they are filled and emptied
/// outside of it. One thread fills, one empties.
struct BufferQueue: Sendable {
    /// Storage of a piece; small enough to stay in a core's cache between two threads.
    static let pieceBytes = 128 << 10

    /// Bytes `range` of its storage are the content.
    struct Piece: Sendable {
        var storage: [UInt8]
        var range = 0..<0

        /// Makes `bytes`, as many of them as fit, the content; returns how many.
        mutating func fill(from bytes: Span<UInt8>) -> Int {
            let count = min(bytes.count, storage.count)
            var span = storage.mutableSpan
            span.copy(bytes.extracting(first: count))
            range = 0..<count
            return count
        }

        /// Moves bytes from the start of the content to the start of `target`; returns how many.
        mutating func drain(into target: inout MutableSpan<UInt8>) -> Int {
            let count = min(range.count, target.count)
            target.copy(storage.span.extracting(range.lowerBound..<range.lowerBound + count))
            range = range.lowerBound + count..<range.upperBound
            return count
        }
    }

    private var pieces: [Piece] = []
    private var spare: [[UInt8]] = []
    /// Pieces above which no blank one is given.
    private let capacity: Int

    init(capacityBytes: Int) { capacity = max(1, capacityBytes / Self.pieceBytes) }

    var isEmpty: Bool { pieces.isEmpty }

    /// An empty piece to fill; nil while the queue is full.
    mutating func blank() -> Piece? {
        guard pieces.count < capacity else { return nil }
        return Piece(storage: spare.popLast() ?? [UInt8](repeating: 0, count: Self.pieceBytes))
    }

    mutating func put(_ piece: Piece) { pieces.append(piece) }

    /// The oldest piece.
    mutating func take() -> Piece? { pieces.isEmpty ? nil : pieces.removeFirst() }

    /// Takes back an emptied piece.
    mutating func giveBack(_ piece: Piece) {
        // Two more than are in use: what is never needed again is not kept.
        if spare.count < pieces.count + 2 { spare.append(piece.storage) }
    }

    mutating func removeAll() {
        pieces = []
        spare = []
    }
}

extension MutableSpan where Element == UInt8 {
    /// Copies `bytes`, which must not be longer than this, to the start.
    mutating func copy(_ bytes: Span<UInt8>) {
        precondition(bytes.count <= count)
        unsafe withUnsafeMutableBufferPointer { target in
            unsafe bytes.withUnsafeBufferPointer { source in
                guard let to = target.baseAddress, let from = source.baseAddress else { return }
                unsafe to.update(from: from, count: source.count)
            }
        }
    }
}
