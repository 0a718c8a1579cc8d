import Platform
import TestSupport
import Testing

@Suite struct SpillBufferTests {
    @Test(arguments: UInt64(0)..<4)
    func bytesComeBackFromMemoryAndFileAlike(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let files = MemoryFileSystem()
        let buffer = SpillBuffer(ScratchFolder("", files))
        var model: [UInt8] = []
        for _ in 0..<12 {
            let most = Bool.random(using: &random) ? 1000 : SpillBuffer.memoryBytes + 5
            let piece = random.bytes(Int.random(in: 0...most, using: &random))
            try buffer.append(piece.span)
            model += piece
            #expect(buffer.count == model.count)
            let low = Int.random(in: 0...model.count, using: &random)
            let high = min(model.count, low + Int.random(in: 0...100_000, using: &random))
            #expect(try buffer.bytes(at: low, count: high - low) == Array(model[low..<high]))
        }
        #expect(try buffer.bytes(at: 0, count: model.count) == model)
        #expect(files.contents.isEmpty, "scratch files have no name")
    }

    @Test func whatIsSmallNeedsNoFile() throws {
        let buffer = SpillBuffer(ScratchFolder("/nowhere", HostFileSystem()))
        try buffer.append([UInt8](repeating: 1, count: SpillBuffer.memoryBytes).span)
        #expect(throws: SystemError.self) { try buffer.append([1].span) }
    }

    @Test func aNameThatIsTakenIsNotUsed() throws {
        let folder = try TemporaryFolder()
        let scratch = ScratchFolder(folder.path, HostFileSystem())
        let first = try scratch.file()
        let other = try HostFileSystem().open(first.path, .create)
        let second = try scratch.file()
        #expect(second.path != first.path)
        try second.write([7].span, at: 0)
        #expect(try other.status().length == 0)
        #expect(try HostFileSystem().list(folder.path).count == 1)
    }
}
