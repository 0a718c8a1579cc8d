internal import Foundation
package import OffsiteStore
package import Platform
package import StoreAgent
package import StoreFormat
internal import Synchronization

/// A transport to an agent that runs on a thread of this process, over a socket pair.
///
/// The agent serves a folder as if it were a program at the far end: its log is its stderr, and the way its
/// session ended is its exit status.
package final class PipeTransport: Transport {
    /// Where the connection breaks: after so many bytes in one direction, both directions are gone.
    package struct Cut: Equatable, Sendable {
        package enum Direction: Sendable, CaseIterable { case toAgent, fromAgent }
        package let direction: Direction
        package let afterBytes: Int

        package init(_ direction: Direction, after bytes: Int) {
            self.direction = direction
            afterBytes = bytes
        }
    }

    package private(set) var sentBytes = 0
    package private(set) var receivedBytes = 0
    /// How many times this end has waited for an answer after it had sent something.
    package private(set) var roundTrips = 0
    private var hasSent = false
    /// All bytes in either direction.
    package private(set) var sent: [UInt8] = []
    package private(set) var received: [UInt8] = []
    private let near: DescriptorStream
    private let cut: Cut?
    private var isCut = false
    private let session = Session()

    /// What the agent's thread leaves behind.
    private final class Session: Sendable {
        let ended = DispatchSemaphore(value: 0)
        let outcome = Mutex<(end: Agent.End?, log: [String])>((nil, []))
    }

    /// - Parameters:
    ///   - folder: Root of the store to serve.
    ///   - seed: Decides what is random at the far end.
    ///   - maker: Whose key it serves.
    ///   - rights: What that key may do.
    package init(
        serving folder: String, files: any FileSystem = HostFileSystem(), clock: any Clock = FixedClock(),
        seed: UInt64 = 1, dialect: Dialect = Dialect(toolVersion: "1.0-far"), cut: Cut? = nil,
        maker: Maker? = nil, rights: DeletionPermissions = .owner
    ) throws(SystemError) {
        let (near, far) = try DescriptorStream.pair()
        self.near = near
        self.cut = cut
        let session = session
        Thread.detachNewThread {
            let store = LocalStoreService(
                directory: folder, files: files, clock: clock, entropy: SeededEntropy(seed: seed))
            store.maker = maker
            store.rights = rights
            let agent = Agent(
                store: store, input: far, output: far, dialect: dialect, clock: clock,
                log: { line in session.outcome.withLock { $0.log.append(line) } })
            let end = agent.run()
            session.outcome.withLock { $0.end = end }
            far.shutDown(reading: true, writing: true)
            session.ended.signal()
        }
    }

    /// How the agent's session ended; nil until ``finish()`` has returned.
    package var agentEnd: Agent.End? { session.outcome.withLock { $0.end } }
    package var agentLog: [String] { session.outcome.withLock { $0.log } }

    package func writeAll(_ bytes: Span<UInt8>) throws(TransportError) {
        guard !isCut else { throw broken("write") }
        var allowed = bytes.count
        if let cut, cut.direction == .toAgent { allowed = min(allowed, cut.afterBytes - sentBytes) }
        do throws(SystemError) { try near.writeAll(bytes.extracting(0..<allowed)) } catch {
            throw TransportError(.closed, operation: "write", peer: "agent", detail: error.description)
        }
        hasSent = true
        sentBytes += allowed
        sent.append(copying: bytes.extracting(0..<allowed))
        guard allowed == bytes.count else {
            breakConnection()
            throw broken("write")
        }
    }

    package func read(into target: inout MutableSpan<UInt8>) throws(TransportError) -> Int {
        guard !isCut else { throw broken("read") }
        var allowed = target.count
        if let cut, cut.direction == .fromAgent { allowed = min(allowed, cut.afterBytes - receivedBytes) }
        guard allowed > 0 else {
            breakConnection()
            throw broken("read")
        }
        if hasSent { roundTrips += 1 }
        hasSent = false
        var bytes = [UInt8](repeating: 0, count: allowed)
        let count: Int
        do throws(SystemError) {
            var span = bytes.mutableSpan
            count = try near.read(into: &span)
        } catch {
            throw TransportError(.closed, operation: "read", peer: "agent", detail: error.description)
        }
        for index in 0..<count { target[index] = bytes[index] }
        receivedBytes += count
        received.append(contentsOf: bytes[..<count])
        return count
    }

    package func closeWrite() throws(TransportError) { near.shutDown(reading: false, writing: true) }

    package func finish() -> TransportEnd {
        near.shutDown(reading: true, writing: true)
        session.ended.wait()
        session.ended.signal()
        let (end, log) = session.outcome.withLock { ($0.end, $0.log) }
        return TransportEnd(
            status: end == .goodbye ? 0 : 23, stderr: log.map { "hybridrep serve: \($0)\n" }.joined())
    }

    private func breakConnection() {
        isCut = true
        near.shutDown(reading: true, writing: true)
    }

    private func broken(_ operation: String) -> TransportError {
        TransportError(.closed, operation: operation, peer: "agent", detail: "connection cut by the test")
    }
}
