internal import Glibc

/// A transport over a program started here: the system's `ssh`, or anything else that joins two byte streams.
///
/// End of stream before the first byte waits a moment for the exit status, because that is how `ssh` reports
/// that it could not connect: such an end is an error, not an empty answer.
package final class ProcessTransport: Transport {
    /// How long an ended stream waits for the exit status that explains it.
    private static let explanationMilliseconds = 5_000

    private let child: ChildProcess
    private let peer: String
    private let diagnosis: ExitDiagnosis
    /// Its end is not worth waiting for.
    private var isAbandoned = false
    package private(set) var sentBytes = 0
    package private(set) var receivedBytes = 0

    /// Starts a program that serves at the other end of its own pipes.
    ///
    /// - Parameters:
    ///   - arguments: The program and what it is given.
    ///   - peer: What errors call the other end.
    ///   - progressSeconds: Longest wait without a byte moved.
    package convenience init(
        _ arguments: [String], peer: String, progressSeconds: Int = TransportPatience.progressSeconds
    ) throws(TransportError) {
        try self.init(arguments, peer: peer, progressSeconds: progressSeconds, diagnosis: .program)
    }

    init(
        _ arguments: [String], peer: String, progressSeconds: Int, diagnosis: ExitDiagnosis
    ) throws(TransportError) {
        self.peer = peer
        self.diagnosis = diagnosis
        do throws(SystemError) {
            child = try ChildProcess(arguments, progressSeconds: progressSeconds)
        } catch {
            throw TransportError(.command, operation: "connect", peer: peer, detail: error.description)
        }
    }

    package func writeAll(_ bytes: Span<UInt8>) throws(TransportError) {
        do throws(SystemError) { try child.writeAll(bytes) } catch { throw failure("write", error) }
        sentBytes += bytes.count
    }

    package func read(into target: inout MutableSpan<UInt8>) throws(TransportError) -> Int {
        let got: Int
        do throws(SystemError) { got = try child.read(into: &target) } catch { throw failure("read", error) }
        receivedBytes += got
        if got == 0, receivedBytes == 0, !target.isEmpty, let error = explainedEnd("read") { throw error }
        return got
    }

    package func abandon() { isAbandoned = true }

    package func closeWrite() { child.closeInput() }

    package func finish() -> TransportEnd {
        // What has stalled is not waited for again.
        let end = child.finish(within: isAbandoned ? 0 : nil)
        return TransportEnd(status: end.exitStatus, stderr: end.stderr)
    }

    /// The error that the program's exit status stands for, if it stands for one.
    private func explainedEnd(_ operation: String) -> TransportError? {
        guard case .exited(let code)? = child.status(withinMilliseconds: Self.explanationMilliseconds) else {
            return nil
        }
        return diagnosis.error(status: code, stderr: child.stderr, operation: operation, peer: peer)
    }

    private func failure(_ operation: String, _ error: SystemError) -> TransportError {
        if error.code == ETIMEDOUT {
            isAbandoned = true
            return .stalled(operation, peer: peer, stderr: child.stderr)
        }
        if let explained = explainedEnd(operation) { return explained }
        return .closed(operation, peer: peer, reason: error.description, stderr: child.stderr)
    }
}
