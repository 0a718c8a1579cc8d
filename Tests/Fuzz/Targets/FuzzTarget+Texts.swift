internal import Platform

extension FuzzTarget {
    static let texts: [FuzzTarget] = [
        text("name", "mdb01", "a.b-c_d") { text in
            guard let name = Name(text) else { return }
            precondition(name.description == text && !text.utf8.contains(0x2F) && !text.hasPrefix("."))
        },
        text("hexadecimal", "00ff", String(repeating: "ab", count: 32)) { text in
            guard let bytes = Hex.decode(text) else { return }
            precondition(Hex.encode(bytes) == text, "digits read back")
            precondition(Digest256(hex: text).map { $0.description == text } ?? true)
        },
        text("timestamp", "2026-11-22T02:00:04Z", "1969-12-31T23:59:60.123456789Z") { text in
            guard let time = Timestamp(rfc3339: text) else { return }
            _ = time.compact
            guard let again = Timestamp(rfc3339: time.description) else {
                preconditionFailure("a time reads back")
            }
            precondition(again.seconds == time.seconds)
        },
        text("ssh-destination", "root@host:22", "[fe80::1%eth0]:2222", "u@d@h") { text in
            guard let destination = try? SSHDestination(parsing: text) else { return }
            let printed = destination.description
            precondition(ShellQuote.posix(printed).utf8.count <= printed.utf8.count + 2, "it needs no quotes")
            precondition((try? SSHDestination(parsing: printed)) == destination, "a destination reads back")
        },
        text("ssh-command", "ssh -J gate", "'a b' \"c'd\" e") { text in
            guard let destination = try? SSHDestination(host: "h") else { return }
            _ = try? SSHCommandLine.argv(command: text, destination: destination, remote: text)
        },
        FuzzTarget(
            "known-hosts",
            seeds: { ["h ssh-ed25519 AAAA\n# c\n  @revoked h ssh-rsa AAAA\n"].map { Array($0.utf8) } }
        ) { bytes in
            var whole = KnownHostsMarkerSearch()
            let found = whole.take(bytes.span) ?? whole.finish()
            var pieces = KnownHostsMarkerSearch()
            let middle = bytes.count / 2
            let again =
                pieces.take(bytes.span.extracting(0..<middle))
                ?? pieces.take(bytes.span.extracting(middle..<bytes.count)) ?? pieces.finish()
            precondition(found == again, "pieces make no difference")
            precondition(found.map { $0.utf8.first == UInt8(ascii: "@") } ?? true)
        },
        text("shell-quote", "it's", "a b;$(c)", "'\u{301}; c") { text in
            let words = text.split(separator: "\u{1}", omittingEmptySubsequences: false).map(String.init)
            let read = Self.shellWords(ShellQuote.posix(words))
            precondition(read == words.map { Array($0.utf8) }, "a shell reads the same words")
        },
        text("printable", "a\u{1B}[2J\u{202E}b") { text in
            let shown = PrintableText.of(text, limit: 64)
            precondition(!shown.utf8.contains { $0 < 0x20 || $0 == 0x7F }, "nothing moves the cursor")
        },
        FuzzTarget("reader", seeds: { [[0, 1, 2, 0x83, 1, 3, 0x41, 0x42, 0x43]] }) { bytes in
            var input = FuzzInput(bytes)
            let limit = input.number()
            let operations = input.chunk()
            var reader = ByteReader(input.rest())
            for operation in operations {
                switch operation % 10 {
                case 0: _ = try? reader.uint8()
                case 1: _ = try? reader.uint16()
                case 2: _ = try? reader.uint32()
                case 3: _ = try? reader.uint64()
                case 4: _ = try? reader.varint("v", limit: limit)
                case 5: _ = try? reader.signedVarint("s", from: limit, limit: .max)
                case 6: _ = try? reader.string("t", limit: limit)
                case 7: _ = try? reader.take(array: limit)
                case 8: _ = try? reader.length("l", limit: limit)
                default: _ = try? Section.parseHeader(&reader)
                }
            }
        },
    ]

    static func text(
        _ name: String, _ seeds: String..., run: @escaping @Sendable (String) -> Void
    ) -> FuzzTarget {
        FuzzTarget(name, seeds: { seeds.map { Array($0.utf8) } }) { bytes in
            guard let text = String(validating: bytes, as: UTF8.self) else { return }
            run(text)
        }
    }

    /// The words a POSIX shell makes of a command; nil for anything but plain text, quotes and `\'`.
    private static func shellWords(_ command: String) -> [[UInt8]]? {
        var words: [[UInt8]] = [[]]
        var isQuoted = false
        var bytes = Array(command.utf8)[...]
        while let byte = bytes.popFirst() {
            switch byte {
            case 0x27: isQuoted.toggle()
            case _ where isQuoted: words[words.count - 1].append(byte)
            case 0x20: words.append([])
            case 0x5C:
                guard let next = bytes.popFirst() else { return nil }
                words[words.count - 1].append(next)
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: words[words.count - 1].append(byte)
            default:
                guard "_-./:@%+,".utf8.contains(byte) else { return nil }
                words[words.count - 1].append(byte)
            }
        }
        return isQuoted ? nil : words
    }
}
