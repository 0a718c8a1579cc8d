/// Two byte streams to a program at the far end, and its exit status.
///
/// One owner at a time; none of the calls may overlap another. The far end's stderr is drained and kept
/// (its last 64 KiB) while any of these waits. End of file proves nothing: the protocol on top marks its ends.
package protocol Transport: AnyObject {
    /// Writes every byte, or throws. Waits at most the transport's progress deadline without progress.
    func writeAll(_ bytes: Span<UInt8>) throws(TransportError)

    /// Reads between 1 and `target.count` bytes into the start of `target`; 0 means end of stream.
    func read(into target: inout MutableSpan<UInt8>) throws(TransportError) -> Int

    /// Tells the far end that nothing more will be written.
    func closeWrite() throws(TransportError)

    /// Gives the far end up: ``finish()`` does not wait for its program.
    func abandon()

    /// Waits for the far end's program and releases everything; to be called once, also after an error.
    func finish() -> TransportEnd

    /// Bytes handed to and taken from this transport so far.
    var sentBytes: Int { get }
    var receivedBytes: Int { get }
}

extension Transport {
    /// For transports whose far end always ends.
    package func abandon() {}
}

/// How the far end's program ended.
package struct TransportEnd: Equatable, Sendable {
    /// Exit status; nil when it is not known (killed by a signal, connection lost).
    package let status: Int32?
    /// The last of what it wrote to stderr.
    package let stderr: String

    package init(status: Int32?, stderr: String) {
        self.status = status
        self.stderr = stderr
    }
}

/// A connection could not be made or did not hold.
package struct TransportError: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Kind: Sendable {
        /// No route, refused, name unknown.
        case connect
        /// Key not accepted, or the far end's key is unknown or has changed.
        case authentication
        /// Cut while in use.
        case closed
        /// A deadline passed without progress.
        case stalled
        /// The far end's program cannot be started.
        case command
    }
    package let kind: Kind
    package let operation: String
    package let peer: String
    /// The layer below, in its own words.
    package let detail: String
    package let hint: String?

    package init(_ kind: Kind, operation: String, peer: String, detail: String, hint: String? = nil) {
        self.kind = kind
        self.operation = operation
        self.peer = peer
        self.detail = detail
        self.hint = hint
    }

    package var description: String { "\(operation) \(peer): \(detail)" }
}

/// How long a transport waits for its other end.
package enum TransportPatience {
    /// Longest wait without a byte moved, unless a configuration says otherwise.
    package static let progressSeconds = 120
}
