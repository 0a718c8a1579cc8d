/// A transport that moves bytes no faster than a limiter lets them pass.
///
/// Receiving is slowed down by reading late, so that the window of the transport below closes.
package final class LimitedTransport: Transport {
    private let transport: any Transport
    private let limiter: RateLimiter

    package init(_ transport: any Transport, _ limiter: RateLimiter) {
        self.transport = transport
        self.limiter = limiter
    }

    package func writeAll(_ bytes: Span<UInt8>) throws(TransportError) {
        var done = 0
        while done < bytes.count {
            let count = min(limiter.pieceBytes ?? bytes.count, bytes.count - done)
            limiter.pass(count, .sending)
            try transport.writeAll(bytes.extracting(done..<done + count))
            done += count
        }
    }

    package func read(into target: inout MutableSpan<UInt8>) throws(TransportError) -> Int {
        let most = min(limiter.pieceBytes ?? target.count, target.count)
        var piece = target._mutatingExtracting(0..<most)
        let count = try transport.read(into: &piece)
        limiter.pass(count, .receiving)
        return count
    }

    package func closeWrite() throws(TransportError) { try transport.closeWrite() }
    package func abandon() { transport.abandon() }
    package func finish() -> TransportEnd { transport.finish() }
    package var sentBytes: Int { transport.sentBytes }
    package var receivedBytes: Int { transport.receivedBytes }
}
