internal import Platform

/// Bytes that are read once, from the first to the last.
protocol ByteStream: AnyObject {
    /// Fills `target` and returns its length; less only at the end, 0 from then on.
    func fill(_ target: inout MutableSpan<UInt8>) throws(BackupError) -> Int

    /// To be called once after the last byte: says whether what was read is all there is, and unchanged.
    func finish() throws(BackupError)

    /// The file behind it where any part of it may be read at any time.
    var seekable: WatchedFile? { get }
}

extension ByteStream {
    var seekable: WatchedFile? { nil }

    func fill(_ buffer: inout [UInt8]) throws(BackupError) -> Int {
        var target = buffer.mutableSpan
        return try fill(&target)
    }
}

/// What is piped in: read to its end, which proves nothing by itself.
final class PipedStream: ByteStream {
    private let file: any OpenFile

    init(_ file: any OpenFile) { self.file = file }

    func fill(_ target: inout MutableSpan<UInt8>) throws(BackupError) -> Int {
        var done = 0
        while done < target.count {
            var rest = target._mutatingExtracting(done..<target.count)
            let got: Int
            do throws(SystemError) { got = try file.readNext(into: &rest) } catch { throw .source(error) }
            if got == 0 { break }
            done += got
        }
        return done
    }

    func finish() {}
}
