internal import OffsiteStore
internal import Platform

/// What the messages of one end travel over.
protocol ByteChannel: AnyObject {
    /// Reads between 1 and `target.count` bytes; 0 means end of stream.
    func read(into target: inout MutableSpan<UInt8>) throws(StoreError) -> Int
    func writeAll(_ bytes: Span<UInt8>) throws(StoreError)
}

/// The client's end: a transport to the agent's host.
final class TransportChannel: ByteChannel {
    let transport: any Transport
    init(_ transport: any Transport) { self.transport = transport }

    func read(into target: inout MutableSpan<UInt8>) throws(StoreError) -> Int {
        do throws(TransportError) { return try transport.read(into: &target) } catch {
            throw StoreError(error)
        }
    }

    func writeAll(_ bytes: Span<UInt8>) throws(StoreError) {
        do throws(TransportError) { try transport.writeAll(bytes) } catch { throw StoreError(error) }
    }
}

/// The agent's end: what it was started with.
final class StreamChannel: ByteChannel {
    /// How long it waits for the client before it calls ``idle``.
    private static let idleMilliseconds = 60_000

    private let input: any ByteInput
    private let output: any ByteOutput
    /// Called each time that nothing has come for a minute.
    var idle: (() throws(StoreError) -> Void)?

    init(input: any ByteInput, output: any ByteOutput) {
        self.input = input
        self.output = output
    }

    func read(into target: inout MutableSpan<UInt8>) throws(StoreError) -> Int {
        while let idle, try !isReady() { try idle() }
        do throws(SystemError) { return try input.read(into: &target) } catch { throw Self.broken(error) }
    }

    private func isReady() throws(StoreError) -> Bool {
        do throws(SystemError) { return try input.wait(milliseconds: Self.idleMilliseconds) } catch {
            throw Self.broken(error)
        }
    }

    func writeAll(_ bytes: Span<UInt8>) throws(StoreError) {
        do throws(SystemError) { try output.writeAll(bytes) } catch { throw Self.broken(error) }
    }

    private static func broken(_ error: SystemError) -> StoreError {
        StoreError(.unreachable, "talk to", "client", error.description)
    }
}
