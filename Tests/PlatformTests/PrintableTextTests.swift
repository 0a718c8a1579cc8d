import Platform
import Testing

@Suite struct PrintableTextTests {
    @Test func plainTextStaysAsItIs() {
        #expect(PrintableText.of("put x: Größe 日本 \\n é") == "put x: Größe 日本 \\n é")
    }

    /// RELIABILITY, row 36.
    @Test func nothingThatMovesACursorOrReordersTextGetsThrough() {
        let control = Array(UInt32(0)..<0x20) + Array(0x7F...0x9F)
        let marks: [UInt32] =
            [0x61C, 0x200E, 0x200F, 0x2028, 0x2029, 0xFEFF] + Array(0x202A...0x202E)
            + Array(0x2066...0x2069)
        for value in control + marks {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let shown = PrintableText.of("a\(Character(scalar))b")
            #expect(shown.unicodeScalars.allSatisfy { (0x20..<0x7F).contains($0.value) }, "U+\(value)")
            #expect(shown.hasPrefix("a\\") && shown.hasSuffix("b"))
        }
    }

    @Test func whatIsTooLongIsCutAndSaysSo() {
        #expect(PrintableText.of("abcdef", limit: 3) == "abc…")
        #expect(PrintableText.of("abc", limit: 3) == "abc")
        #expect(PrintableText.of([0x61, 0xFF, 0x0A]) == "a\u{FFFD}\\n")
    }
}

@Suite struct DescriptorStreamTests {
    @Test func waitingTellsWhetherThereIsSomethingToRead() throws {
        let (near, far) = try DescriptorStream.pair()
        #expect(try !near.wait(milliseconds: 0))
        try far.writeAll([1].span)
        #expect(try near.wait(milliseconds: 0))
        // The end of the stream is something to read, too.
        far.shutDown(reading: true, writing: true)
        #expect(try near.wait(milliseconds: 0))
    }

    @Test func whatOneEndWritesTheOtherReadsUntilTheEnd() throws {
        let (near, far) = try DescriptorStream.pair()
        let bytes: [UInt8] = [1, 2, 3]
        try near.writeAll(bytes.span)
        near.shutDown(reading: false, writing: true)
        var buffer = [UInt8](repeating: 0, count: 8)
        var target = buffer.mutableSpan
        #expect(try far.read(into: &target) == 3)
        var rest = buffer.mutableSpan
        #expect(try far.read(into: &rest) == 0)
        #expect(Array(buffer[..<3]) == bytes)
    }

    @Test func writingToAnEndThatHasGoneIsAnError() throws {
        let (near, far) = try DescriptorStream.pair()
        far.shutDown(reading: true, writing: true)
        let bytes = [UInt8](repeating: 0, count: 10)
        let error = #expect(throws: SystemError.self) { try near.writeAll(bytes.span) }
        #expect(error?.description == "write near end: Broken pipe")
    }
}
