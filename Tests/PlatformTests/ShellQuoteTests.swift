import Platform
import TestSupport
import Testing

@Suite struct ShellQuoteTests {
    private static let texts = [
        "", " ", "a", "it's", "''", "\\'", "$(id)", "`id`", "a\nb", "é", "-n", "%s\\n", "a;b", "\u{7F}",
        // A quote and a mark that joins it are one character to people and two to a shell.
        "'\u{301}; echo broken out", "x'\u{200D}y", "\r\n'",
    ]

    @Test func aShellReadsBackEveryText() throws {
        var random = SeededGenerator(seed: 3)
        let alphabet = Array("ab '\"\\$`;|&<>*?[]{}()!#~\n\r\t\u{301}\u{200D}é%-".unicodeScalars)
        var texts = Self.texts
        for _ in 0..<200 {
            var text = ""
            for _ in 0..<random.next() % 12 {
                text.unicodeScalars.append(alphabet[Int(random.next() % UInt64(alphabet.count))])
            }
            texts.append(text)
        }
        let result = try Command.run(["sh", "-c", #"printf '%s\001' "# + ShellQuote.posix(texts)])
        #expect(result.status == 0)
        // What is printed for people is spelled without control characters, and read back by bash alone.
        let shown = texts.map { ShellQuote.shown($0) }
        #expect(!shown.joined().unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F })
        let again = try Command.run(["bash", "-c", #"printf '%s\001' "# + shown.joined(separator: " ")])
        #expect(again.output == result.output)
        let expected: [UInt8] = texts.flatMap { text -> [UInt8] in Array(text.utf8) + [1] }
        #expect(result.output == expected)
    }

    @Test("a quote is a quote whatever follows it", arguments: ["'a\u{301} b'", "'\u{301}a b'"])
    func quotedWords(text: String) throws {
        let expected = String(text.unicodeScalars.dropFirst().dropLast().map(Character.init))
        #expect(try SSHCommandLine.words(of: text).map { Array($0.utf8) } == [Array(expected.utf8)])
    }
}
