import Platform
import Testing

@Suite struct SSHDestinationFormTests {
    @Test("a bracketed host with one colon is no address", arguments: ["[fe:1%eth0]", "[h:22]", "u@[h:]"])
    func oneColon(text: String) {
        #expect(throws: SSHDestination.ParseError.self) { try SSHDestination(parsing: text) }
    }

    @Test(
        "what is printed reads back", arguments: ["h", "u@h:2222", "fe80::1", "[fe80::1%eth0]:22", "u@d@::1"])
    func readsBack(text: String) throws {
        let destination = try SSHDestination(parsing: text)
        #expect(try SSHDestination(parsing: destination.description) == destination)
    }
}
