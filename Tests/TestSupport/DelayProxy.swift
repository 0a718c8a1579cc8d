internal import Foundation
internal import Platform
internal import Synchronization

/// A long line to a port of this host: relays connections to it, and every byte arrives half a round trip after it was
/// sent, at the line's rate at most.
///
/// Bytes keep flowing while others are under way. A direction holds as much as the line carries in its delay and some
/// more, as a router's queue would; then the sender has to wait.
package final class DelayProxy: Sendable {
    /// What waits in front of the line at most, beyond what is on it.
    private static let queueBytes = 2 << 20
    /// Held at most by a line without a rate.
    private static let mostBytes = 64 << 20

    package let port: UInt16
    private let listener: TCPSocket
    private let delay: UInt64
    private let bytesPerSecond: Int?

    /// - Parameters:
    ///   - target: Port on 127.0.0.1 that is relayed to.
    ///   - port: To listen on; 0 for any.
    ///   - bytesPerSecond: In each direction, for all connections; nil for no limit.
    package init(
        to target: UInt16, port: UInt16 = 0, roundTripMilliseconds: Int, bytesPerSecond: Int? = nil
    ) throws {
        (listener, self.port) = try TCPSocket.listening(on: port)
        delay = UInt64(roundTripMilliseconds) * 500_000
        self.bytesPerSecond = bytesPerSecond
        let (there, back) = (line(), line())
        let listener = listener
        Thread.detachNewThread {
            while let near = listener.accept() {
                guard let far = try? TCPSocket.connected(to: target) else { continue }
                there.relay(from: near, to: far)
                back.relay(from: far, to: near)
            }
        }
    }

    deinit { stop() }

    /// Takes no more connections; those that are there go on until one of their ends goes.
    package func stop() { listener.shutDown(reading: true, writing: true) }

    private func line() -> Line {
        let rate = bytesPerSecond.map(Double.init)
        let most = rate.map { Int($0 * Double(delay) / 1e9) + Self.queueBytes } ?? Self.mostBytes
        return Line(delay: delay, nanosecondsPerByte: rate.map { 1e9 / $0 } ?? 0, mostBytes: most)
    }

    /// One direction, shared by all connections.
    private final class Line: Sendable {
        private static let pieceBytes = 128 << 10
        private let delay: UInt64
        private let nanosecondsPerByte: Double
        private let mostBytes: Int
        private let clock = SystemClock()
        /// When the line has sent off all that it was given.
        private let free = Mutex<UInt64>(0)

        init(delay: UInt64, nanosecondsPerByte: Double, mostBytes: Int) {
            self.delay = delay
            self.nanosecondsPerByte = nanosecondsPerByte
            self.mostBytes = mostBytes
        }

        /// What one connection has under way, oldest first.
        private final class UnderWay: Sendable {
            let pieces = Mutex<(list: [(bytes: [UInt8], due: UInt64)], count: Int, isBroken: Bool)>(
                ([], 0, false))
            let given = DispatchSemaphore(value: 0)
            let taken = DispatchSemaphore(value: 0)
        }

        func relay(from source: TCPSocket, to sink: TCPSocket) {
            let underWay = UnderWay()
            Thread.detachNewThread { self.send(from: source, underWay) }
            Thread.detachNewThread { self.deliver(to: sink, underWay, from: source) }
        }

        private func send(from source: TCPSocket, _ underWay: UnderWay) {
            while true {
                let bytes = source.read(Self.pieceBytes)
                let now = clock.monotonicNanoseconds
                let due = free.withLock { free in
                    free = max(free, now) + UInt64(Double(bytes.count) * nanosecondsPerByte)
                    return free + delay
                }
                var (count, isBroken) = underWay.pieces.withLock { pieces in
                    pieces.list.append((bytes, due))
                    pieces.count += bytes.count
                    return (pieces.count, pieces.isBroken)
                }
                underWay.given.signal()
                if bytes.isEmpty { return }
                while count > mostBytes, !isBroken {
                    underWay.taken.wait()
                    (count, isBroken) = underWay.pieces.withLock { ($0.count, $0.isBroken) }
                }
                if isBroken { return }
            }
        }

        private func deliver(to sink: TCPSocket, _ underWay: UnderWay, from source: TCPSocket) {
            while true {
                underWay.given.wait()
                let piece = underWay.pieces.withLock { $0.list.removeFirst() }
                let now = clock.monotonicNanoseconds
                if piece.due > now { Thread.sleep(forTimeInterval: Double(piece.due - now) / 1e9) }
                if piece.bytes.isEmpty { return sink.shutDown(writing: true) }
                let isSent = sink.writeAll(piece.bytes)
                underWay.pieces.withLock { pieces in
                    pieces.count -= piece.bytes.count
                    pieces.isBroken = !isSent
                }
                underWay.taken.signal()
                if !isSent { return source.shutDown(reading: true) }
            }
        }
    }
}
