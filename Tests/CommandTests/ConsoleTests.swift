import Foundation
import Platform
import Testing

@testable import hybridrep

/// How numbers, tables and text from outside look.
@Suite struct ConsoleTests {
    @Test(arguments: [
        (0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (1536, "1.5 KiB"), (102_348, "99.9 KiB"),
        (102_400, "100 KiB"), (1_023_487, "999 KiB"), (1_023_488, "1.0 MiB"), (Int.max, "8.0 EiB"),
    ])
    func bytesHaveTwoOrThreeDigits(count: Int, text: String) { #expect(HumanQuantity.bytes(count) == text) }

    @Test(arguments: [
        (0, "0 ms"), (999, "999 ms"), (1000, "1 s"), (200_000, "3 min 20 s"), (93_900_000, "26 h 5 min"),
        (266_400_000, "3 d 2 h"),
    ])
    func durationsHaveTwoUnits(milliseconds: Int, text: String) {
        #expect(HumanQuantity.duration(milliseconds: milliseconds) == text)
    }

    @Test func aPartOfNothingIsZeroPercent() {
        #expect(HumanQuantity.percent(0, of: 0) == "0.0 %")
        #expect(HumanQuantity.percent(1, of: 8) == "12.5 %")
        #expect(HumanQuantity.percent(2.0 / 3) == "66.7 %")
        #expect(HumanQuantity.percent(-1.0) == "0.0 %")
    }

    @Test func tableAlignsAndLeavesNoTrailingSpace() {
        var table = Table([.init("POINT"), .init("SIZE", .right), .init("STATE")])
        table.add(["1", "5 B", "good"])
        table.add(["1000000", "1.5 KiB", ""])
        #expect(table.lines == ["POINT       SIZE  STATE", "1            5 B  good", "1000000  1.5 KiB"])
    }

    @Test func tableEscapesItsCells() {
        var table = Table([.init("NAME")])
        table.add(["a\nb"])
        #expect(table.lines == ["NAME", "a\\u{A}b"])
    }

    @Test(arguments: [
        ("plain é 漢", "plain é 漢"), ("\u{1B}[31m", "\\u{1B}[31m"), ("a\tb\r\n", "a\\u{9}b\\u{D}\\u{A}"),
        ("\u{202E}gpj.exe", "\\u{202E}gpj.exe"), ("\u{9B}m\u{7F}", "\\u{9B}m\\u{7F}"),
        ("a\u{2066}b\u{2069}\u{200B}", "a\\u{2066}b\\u{2069}\\u{200B}"), ("x\u{2028}y", "x\\u{2028}y"),
    ])
    func whatFormatsATerminalIsEscaped(text: String, escaped: String) {
        #expect(TerminalText.escape(text) == escaped)
    }

    @Test func ownTextKeepsItsNewlines() {
        #expect(TerminalText.escape("a\n\u{7}b", keepingNewlines: true) == "a\n\\u{7}b")
    }

    @Test func jsonKeepsOrderAndEscapes() {
        let value = JSONValue.fields([
            "z": .integer(0), "a": .string("q\"\\\n\u{1B}\u{202E}\u{E0041}é"), "n": .null,
            "l": .array([.bool(false), .fields([:])]),
        ])
        #expect(
            value.text
                == #"{"z":0,"a":"q\"\\\n\u001b\u202e\udb40\udc41é","n":null,"l":[false,{}]}"#)
    }

    @Test func jsonReadsBackAsItWas() throws {
        let text = String(String.UnicodeScalarView((0..<0x3000).compactMap(Unicode.Scalar.init)))
        let line = JSONValue.fields(["text": .string(text)]).text
        let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String]
        #expect(object?["text"] == text)
        #expect(!line.unicodeScalars.contains { TerminalText.isUnsafe($0) })
    }
}
