package import Platform

/// A far end that says what it was told to say, whatever it hears.
package final class ScriptedTransport: Transport {
    private let script: [UInt8]
    private let end: TransportEnd
    private let pieceBytes: Int
    package private(set) var sent: [UInt8] = []
    package private(set) var receivedBytes = 0
    package private(set) var finishes = 0

    /// - Parameters:
    ///   - script: All that it says; then comes end of stream.
    ///   - pieceBytes: Most bytes one `read` gives.
    package init(
        _ script: [UInt8], end: TransportEnd = TransportEnd(status: 0, stderr: ""), pieceBytes: Int = .max
    ) {
        self.script = script
        self.end = end
        self.pieceBytes = pieceBytes
    }

    package var sentBytes: Int { sent.count }

    package func writeAll(_ bytes: Span<UInt8>) { sent.append(copying: bytes) }

    package func read(into target: inout MutableSpan<UInt8>) -> Int {
        let count = min(target.count, script.count - receivedBytes, pieceBytes)
        for index in 0..<count { target[index] = script[receivedBytes + index] }
        receivedBytes += count
        return count
    }

    package func closeWrite() {}

    package func finish() -> TransportEnd {
        finishes += 1
        return end
    }
}

/// A client of an agent that sends what it was told to send, and keeps what comes back.
package final class ScriptedStream: ByteInput, ByteOutput {
    private let script: [UInt8]
    private var position = 0
    package private(set) var received: [UInt8] = []
    /// How often it is waited for in vain before its last byte.
    private var silences: Int

    package init(_ script: [UInt8], silences: Int = 0) {
        self.script = script
        self.silences = silences
    }

    package func read(into target: inout MutableSpan<UInt8>) -> Int {
        let end = silences > 0 && position < script.count - 1 ? script.count - 1 : script.count
        let count = min(target.count, end - position)
        for index in 0..<count { target[index] = script[position + index] }
        position += count
        return count
    }

    package func wait(milliseconds: Int) -> Bool {
        guard silences > 0, position >= script.count - 1 else { return true }
        silences -= 1
        return false
    }

    package func writeAll(_ bytes: Span<UInt8>) { received.append(copying: bytes) }
}
