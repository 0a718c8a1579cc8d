import Testing

@testable import hybridrep

@Suite struct QuantityTests {
    @Test(arguments: [
        ("0", 0), ("512", 512), ("1K", 1024), ("8M", 8 << 20), ("8MiB", 8 << 20), ("8MB", 8 << 20),
        ("3G", 3 << 30), ("2T", 2 << 40), ("1P", 1 << 50), ("4096P", 1 << 62), ("7B", 7),
    ])
    func sizesAreInUnitsOf1024(text: String, bytes: Int) { #expect(ByteSize(text)?.bytes == bytes) }

    @Test(arguments: [
        "", "M", "-1", "+1", "1.5G", "1 M", "1m", "8MM", "B", "iB", "4097P", "99999999999999999999", "٣",
    ])
    func otherTextIsNoSize(text: String) { #expect(ByteSize(text) == nil) }

    @Test(arguments: [
        ("90s", 90), ("15m", 900), ("26h", 93_600), ("7d", 604_800), ("2w", 1_209_600), ("0s", 0),
    ])
    func durationsHaveAUnit(text: String, seconds: Int) { #expect(TimeSpan(text)?.seconds == seconds) }

    @Test(arguments: ["", "26", "h", "1y", "-1h", "36501d", "1d2h", "999999999999999999w"])
    func otherTextIsNoDuration(text: String) { #expect(TimeSpan(text) == nil) }

    @Test(arguments: [("1K", 1024), ("20M", 20 << 20), ("20M/s", 20 << 20), ("1000000", 1_000_000)])
    func ratesAreSizesASecond(text: String, bytes: Int) { #expect(ByteRate(text)?.bytesPerSecond == bytes) }

    @Test(arguments: ["0", "1023", "none", "/s"]) func slowerThanTheMinimumIsNoRate(text: String) {
        #expect(ByteRate(text) == nil)
    }

    @Test(arguments: [0, 1, 1023, 1024, 1536, 20 << 20, 1 << 50, 1 << 62, 3_000_000])
    func sizesReadBackAsTheyWereShown(bytes: Int) {
        #expect(ByteSize(ByteSize(bytes: bytes).description)?.bytes == bytes)
    }

    @Test(arguments: [0, 1, 59, 60, 3600, 93_600, 604_800, 86_401])
    func durationsReadBackAsTheyWereShown(seconds: Int) {
        #expect(TimeSpan(TimeSpan(seconds: seconds).description)?.seconds == seconds)
    }

    @Test(arguments: [
        ("", "", 0), ("abc", "", 3), ("dialy", "daily", 1), ("kitten", "sitting", 3), ("ab", "ba", 1),
    ])
    func distanceCountsChangesAndSwaps(left: String, right: String, changes: Int) {
        #expect(NearestKey.distance(left, right) == changes)
        #expect(NearestKey.distance(right, left) == changes)
    }

    @Test func onlyASlipHasANearestKey() {
        #expect(NearestKey.to("Targts", among: ["spool", "targets"]) == "targets")
        #expect(NearestKey.to("retention", among: ["spool", "targets"]) == nil)
        #expect(NearestKey.to("x", among: []) == nil)
    }

    @Test(arguments: [
        ("host", "host"), ("u@h.example", "u@h.example"), ("u@[2001:db8::1]", "u@[2001:db8::1]"),
        ("2001:db8::1", "[2001:db8::1]"),
    ])
    func addressesAreUserAndHost(text: String, shown: String) {
        #expect(SSHAddress(text)?.description == shown)
    }

    @Test(arguments: ["", "@", "u@", "@h", "-h", "-u@h", "u@-h", "u@h/x", "u h", "a@b@c", "h;x", "h\n", "hé"])
    func otherTextIsNoAddress(text: String) { #expect(SSHAddress(text) == nil) }
}
