import Platform
import TestSupport
import Testing

@Suite struct VocabularyTests {
    @Test(arguments: [0, 1, 127, 128, 300, 16_383, 16_384, Int(UInt32.max), Int.max])
    func varintRoundTrips(value: Int) throws {
        var writer = ByteWriter()
        writer.varint(value)
        var reader = ByteReader(writer.bytes)
        #expect(try reader.varint() == value)
        try reader.finish()
    }

    @Test func varintIsLEB128() {
        var writer = ByteWriter()
        writer.varint(300)
        #expect(writer.bytes == [0xAC, 0x02])
    }

    @Test func varintRefusesAZeroTail() {
        var reader = ByteReader([0x80, 0x00])
        #expect(throws: FormatError.badVarint(offset: 0)) { try reader.varint() }
    }

    @Test func aLimitIsAnError() {
        var reader = ByteReader([200, 1])
        #expect(throws: FormatError.overLimit(field: "n", value: 200, limit: 100)) {
            try reader.varint("n", limit: 100)
        }
    }

    @Test func readingPastTheEndIsAnError() {
        var reader = ByteReader([1, 2, 3], in: 1..<3)
        #expect(throws: FormatError.truncated(offset: 1, needed: 4, available: 2)) { try reader.uint32() }
    }

    @Test(arguments: [
        (0, "1970-01-01T00:00:00Z"), (951_782_400, "2000-02-29T00:00:00Z"),
        (1_795_312_804, "2026-11-22T02:00:04Z"),
        (-1, "1969-12-31T23:59:59Z"),
    ])
    func timestampsReadAsRFC3339(seconds: Int64, text: String) {
        #expect(Timestamp(seconds: seconds).description == text)
    }

    @Test(arguments: ["a", "mdb01", "0.x_y-z"]) func goodNames(text: String) { #expect(Name(text) != nil) }
    @Test(arguments: ["", ".a", "-a", "A", "a/b", "a b", "ä", String(repeating: "a", count: 65)])
    func badNames(text: String) { #expect(Name(text) == nil) }

    @Test func sha256OfABC() {
        #expect(
            SHA256Hasher.hash(Array("abc".utf8).span).description
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }

    @Test func deltaDecodesOnlyWithItsPrefix() throws {
        var generator = SeededGenerator(seed: 1)
        let old = generator.bytes(8192)
        var new = old
        new.replaceSubrange(100..<400, with: generator.bytes(300))
        var compressor = try Compressor(level: 3)
        var decompressor = try Decompressor()
        let delta = try compressor.compress(new.span, prefix: old.span)
        #expect(delta.count < 400)
        #expect(try decompressor.decompress(delta.span, prefix: old.span, length: 8192) == new)
        let wrong = (try? decompressor.decompress(delta.span, prefix: [UInt8]().span, length: 8192)) ?? []
        #expect(wrong != new)
    }

    // RFC 4648, section 10.
    @Test(arguments: [
        "": "", "f": "Zg==", "fo": "Zm8=", "foo": "Zm9v", "foob": "Zm9vYg==", "fooba": "Zm9vYmE=",
        "foobar": "Zm9vYmFy",
    ])
    func base64IsThatOfTheStandard(text: String, coded: String) {
        let bytes = Array(text.utf8)
        #expect(Base64.encode(bytes) == coded)
        let bare = coded.replacing("=", with: "")
        #expect(Base64.encode(bytes, padded: false) == bare)
        #expect(Base64.decode(coded) == bytes)
        #expect(Base64.decode(bare) == bytes)
    }

    @Test(arguments: ["A", "AAAAA", "AA=A", "====", "A-_A", "AA A", "Zm9v="])
    func whatIsNoBase64IsRefused(text: String) { #expect(Base64.decode(text) == nil) }
}
