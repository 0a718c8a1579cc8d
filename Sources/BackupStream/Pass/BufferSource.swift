internal import Platform

/// Says where the next piece of a source is, and reads it unless another thread can.
struct BufferSource {
    private let stream: any ByteStream
    private let file: WatchedFile?
    private let shared: (any SharedFile)?
    private var offset = 0
    /// The data that was found last in a file with holes.
    private var data = 0..<0
    private var isAtEnd = false

    init(_ stream: any ByteStream) {
        self.stream = stream
        file = stream.seekable
        shared = file?.file.shared
    }

    /// Reads the first piece, here and now.
    mutating func first(_ piece: inout ScanBuffer) throws(BackupError) {
        piece.offset = 0
        piece.isHole = false
        piece.file = nil
        piece.count = try stream.fill(&piece.buffer)
        offset = piece.count
        isAtEnd = piece.count < piece.buffer.count
    }

    /// False at the end of the source.
    mutating func next(_ piece: inout ScanBuffer) throws(BackupError) -> Bool {
        guard !isAtEnd else { return false }
        piece.offset = offset
        piece.isHole = false
        piece.file = nil
        if let file {
            guard offset < file.length else { return false }
            if let end = hole(file) {
                piece.isHole = true
                piece.count = end - offset
            } else {
                piece.count = min(WatchedFile.pieceBytes, file.length - offset)
                piece.file = shared
                if shared == nil {
                    let offset = offset
                    try piece.fill { (target) throws(BackupError) in try file.fill(&target, at: offset) }
                }
            }
        } else {
            piece.count = try stream.fill(&piece.buffer)
            isAtEnd = piece.count < piece.buffer.count
        }
        offset += piece.count
        return piece.count > 0
    }

    /// Where the hole ends that the next piece is in, in whole pieces; nil when there is data in it.
    private mutating func hole(_ file: WatchedFile) -> Int? {
        if data.upperBound <= offset { data = file.data(from: offset) }
        guard data.lowerBound > offset else { return nil }
        let end =
            data.lowerBound - (data.lowerBound == file.length ? 0 : data.lowerBound % WatchedFile.pieceBytes)
        return end > offset ? end : nil
    }
}
