package import Platform

/// Who made a point or a note, as the store's side knows it: the name of `serve --as`, or the fingerprint of a key.
///
/// A client has no say in it. Where a store has no agent, or its agent knows nobody, nobody is recorded.
package struct Maker: Hashable, Sendable, CustomStringConvertible {
    package static let maximumBytes = 128
    package let description: String

    /// Nil for what is no such text: 1 to 128 bytes of printable ASCII without spaces.
    package init?(_ text: String) {
        let units = text.utf8
        guard (1...Self.maximumBytes).contains(units.count), units.allSatisfy({ (0x21...0x7E).contains($0) })
        else { return nil }
        description = text
    }

    package init(_ name: Name) { description = name.description }

    /// The first public key in the file that sshd's `ExposeAuthInfo` leaves, as OpenSSH prints fingerprints: `SHA256:…`.
    ///
    /// Nil where it names none.
    package init?(authenticationInfo text: String) {
        for line in text.split(whereSeparator: \.isNewline) {
            let words = line.split(separator: " ")
            guard words.count >= 3, words[0] == "publickey", let key = Base64.decode(words[2]) else {
                continue
            }
            self.init("SHA256:" + Base64.encode(SHA256Hasher.hash(key.span).bytes, padded: false))
            return
        }
        return nil
    }
}
