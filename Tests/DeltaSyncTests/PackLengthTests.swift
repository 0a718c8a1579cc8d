import DeltaSync
import Testing

@Suite struct PackLengthTests {
    @Test("a link that breaks before two packs are over gets shorter ones, down to a MiB")
    func shorter() {
        var length = PackLength()
        var lengths = [length.bytes]
        for _ in 0..<4 {
            length.noteBreak(afterBytes: 500_000)
            lengths.append(length.bytes)
        }
        #expect(lengths == [64 << 20, 16 << 20, 4 << 20, 1 << 20, 1 << 20])
    }

    @Test("a link that carried two packs keeps their length")
    func kept() {
        var length = PackLength()
        length.noteBreak(afterBytes: 128 << 20)
        #expect(length.bytes == 64 << 20)
        length.noteBreak(afterBytes: 128 << 20 - 1)
        #expect(length.bytes == 16 << 20)
    }
}
