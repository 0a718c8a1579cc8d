internal import Platform

/// Bytes that are read once, from the first to the last.
protocol ByteStream: AnyObject {
    /// Fills `target` and returns its length; less only at the end, 0 from then on.
    func fill(_ target: inout MutableSpan<UInt8>) throws(BackupError) -> Int

    /// To be called once after the last byte: says whether what was read is all there is, and unchanged.
    func finish() throws(BackupError)

    /// Warnings about a stream that ended well.
    var warnings: [String] { get }

    /// The file behind it where any part of it may be read at any time.
    var seekable: WatchedFile? { get }
}

extension ByteStream {
    var seekable: WatchedFile? { nil }
    var warnings: [String] { [] }

    func fill(_ buffer: inout [UInt8]) throws(BackupError) -> Int {
        var target = buffer.mutableSpan
        return try fill(&target)
    }
}

/// What is piped in: read to its end, which proves nothing by itself.
final class PipedStream: ByteStream {
    /// How long it waits for its next bytes before it asks whether to go on.
    static let patienceMilliseconds = 500

    private let input: any ByteInput
    private let pulse: ReadPulse

    init(_ input: any ByteInput, _ pulse: @escaping ReadPulse) {
        self.input = input
        self.pulse = pulse
    }

    func fill(_ target: inout MutableSpan<UInt8>) throws(BackupError) -> Int {
        var done = 0
        while done < target.count {
            try pulse()
            let got: Int
            do throws(SystemError) {
                guard try input.wait(milliseconds: Self.patienceMilliseconds) else { continue }
                var rest = target._mutatingExtracting(done..<target.count)
                got = try input.read(into: &rest)
            } catch { throw .source(error) }
            if got == 0 { break }
            done += got
        }
        return done
    }

    func finish() {}
}
