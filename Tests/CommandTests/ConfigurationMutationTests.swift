import Platform
import TestSupport
import Testing

@testable import hybridrep

/// No text of a user's makes the configuration or an argument trap, hang or grow.
@Suite struct ConfigurationMutationTests {
    private static func parse(_ text: String) throws(ConfigurationError) -> Configuration {
        let reader = YAMLReader(
            file: "F", overrides: Overrides(commandLine: [:], environment: HostEnvironment()), home: "/home/u"
        )
        return try Configuration(parsing: text, with: reader)
    }

    @Test("changed configurations are read or refused", arguments: UInt64(0)..<300)
    func changed(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let base = Array(ConfigurationExample.text.utf8)
        let bytes = SeededMutation.apply(base, with: Array("{[&a *a !!int \"\\0\": - ? | > %".utf8), &random)
        _ = try? Self.parse(String(decoding: bytes, as: UTF8.self))
    }

    @Test("deep nesting is refused", arguments: ["[", "{a: ", "- ", "? "])
    func deep(indicator: String) {
        #expect(throws: ConfigurationError.self) {
            try Self.parse(String(repeating: indicator, count: 20_000))
        }
    }

    @Test("changed quantities are read or refused", arguments: UInt64(0)..<200)
    func quantities(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for base in ["4096P", "20M/s", "36500d", "8MiB", "42-20261122T020004Z", "root@[fe80::1%eth0]"] {
            let bytes = SeededMutation.apply(Array(base.utf8), with: Array("9999999999".utf8), &random)
            let text = String(decoding: bytes, as: UTF8.self)
            _ = ByteSize(text)?.description
            _ = ByteRate(text)?.description
            _ = TimeSpan(text)?.description
            _ = try? PointSelection(text)
            _ = SSHAddress(text)?.description
        }
    }
}
