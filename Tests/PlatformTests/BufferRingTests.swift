import Platform
import Synchronization
import Testing

@Suite struct BufferRingTests {
    private struct Piece {
        var number = 0
        var result = 0
        var bytes = [UInt8](repeating: 0, count: 64)
    }

    @Test("pieces come back in the order in which they were given", arguments: [1, 2, 5])
    func order(threads: Int) {
        let ring = BufferRing(pieces: 6, threads: threads) {
            Piece()
        } work: { piece in
            // The earlier, the longer: without care the last would come first.
            var sum = 0
            for step in 0..<(300 - piece.number) * 200 { sum &+= step }
            piece.result = sum == -1 ? 0 : piece.number * 2
            piece.bytes[piece.number % 64] &+= 1
        }
        var found: [Int] = []
        var bytes = 0
        for number in 0..<300 {
            if ring.isFull { ring.take { found.append($0.result) } }
            ring.give {
                $0.number = number
                return true
            }
        }
        #expect(ring.underWay == 6)
        while ring.underWay > 0 {
            ring.take {
                found.append($0.result)
                bytes += $0.bytes.reduce(0) { $0 + Int($1) }
            }
        }
        #expect(found == (0..<300).map { $0 * 2 })
        // The six pieces went round: nothing else was ever worked on.
        #expect(bytes == 300)
    }

    @Test func aPieceThatIsNotGivenComesUpAgain() {
        let ring = BufferRing(pieces: 2, threads: 1) {
            Piece()
        } work: {
            $0.result = $0.number
        }
        let isGiven = ring.give {
            $0.number = 7
            return false
        }
        #expect(!isGiven)
        #expect(ring.underWay == 0)
        ring.take { _ in Issue.record("there is nothing to take") }
        ring.give { piece in
            #expect(piece.number == 7)
            return true
        }
        ring.take { #expect($0.result == 7) }
    }

    @Test func errorsOfTheOwnerLeaveTheRingInOrder() {
        struct Failure: Error {}
        let ring = BufferRing(pieces: 2, threads: 2) {
            Piece()
        } work: {
            $0.result = $0.number + 1
        }
        #expect(throws: Failure.self) { try ring.give { (_) throws(Failure) in throw Failure() } }
        ring.give {
            $0.number = 1
            return true
        }
        #expect(throws: Failure.self) { try ring.take { (_) throws(Failure) in throw Failure() } }
        #expect(ring.underWay == 0)
    }

    @Test func piecesThatNobodyTakesAreLeft() {
        let worked = Counter()
        for _ in 0..<20 {
            let ring = BufferRing(pieces: 4, threads: 2) {
                Piece()
            } work: { _ in
                worked.next()
            }
            for _ in 0..<4 { ring.give { _ in true } }
        }
        #expect(worked.count <= 80)
    }

    private final class Counter: Sendable {
        private let state = Mutex(0)
        var count: Int { state.withLock { $0 } }
        func next() { state.withLock { $0 += 1 } }
    }
}
