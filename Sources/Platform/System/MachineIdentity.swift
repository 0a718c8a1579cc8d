/// Which machine this is, as digests: of its operating system's id, and of its hardware's where that may be read.
///
/// A copy of a virtual machine has the host name of the original, and often its `machine-id`; its hardware has another id.
package struct MachineIdentity: Equatable, Sendable {
    package let machine: String?
    package let hardware: String?

    package init(reading files: any FileSystem) {
        machine = Self.digest(of: "/etc/machine-id", "machine", files)
        hardware = Self.digest(of: "/sys/class/dmi/id/product_uuid", "hardware", files)
    }

    /// Nil where there is none; shortened, and not the id itself, which its owner is asked to keep to itself.
    private static func digest(of path: String, _ what: String, _ files: any FileSystem) -> String? {
        guard let bytes = try? files.contents(path, limit: 256) else { return nil }
        let text = String(decoding: bytes, as: UTF8.self).filter { !$0.isWhitespace }
        guard text.utf8.count >= 16 else { return nil }
        let digest = SHA256Hasher.hash(Array("hybridrep \(what) \(text)".utf8).span)
        return Hex.encode(Array(digest.bytes.prefix(8)))
    }
}
