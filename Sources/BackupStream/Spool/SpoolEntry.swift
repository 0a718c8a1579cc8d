package import Image
package import Platform

/// One image of a spool: its signature, its manifest, and the image itself unless that is elsewhere.
package struct SpoolEntry: Equatable, Sendable {
    package enum ImageKind: String, CaseIterable, Sendable {
        case tar
        case raw = "img"
    }

    package let name: SpoolName
    package let folder: String
    /// Nil when the spool has only the signature: an image that was read in place.
    package let imageKind: ImageKind?

    package init(name: SpoolName, folder: String, imageKind: ImageKind?) {
        self.name = name
        self.folder = folder
        self.imageKind = imageKind
    }

    package var imagePath: String? { imageKind.map { path($0.rawValue) } }
    package var signaturePath: String { path("sig") }
    package var manifestPath: String { path("json") }

    func path(_ ending: String) -> String { "\(folder)/\(name).\(ending)" }

    package func manifest(in files: any FileSystem) throws(ImageError) -> ImageManifest {
        let bytes: [UInt8]
        do throws(SystemError) {
            bytes = try files.contents(manifestPath, limit: ImageManifest.maximumBytes)
        } catch { throw .system(error) }
        do throws(FormatError) { return try ImageManifest(parsing: bytes) } catch {
            throw .format(error, path: manifestPath)
        }
    }
}

/// The common part of the names of one image's files in a spool: `20261122T020004Z-1a2b3c4d`.
package struct SpoolName: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// When its source was read, for people and for order.
    package let time: String
    /// The first eight digits of its digest.
    package let digestPrefix: String

    package init(_ time: Timestamp, _ digest: Digest256) {
        self.time = time.compact
        digestPrefix = String(digest.description.prefix(8))
    }

    /// Nil for anything that ``description`` does not print.
    package init?(_ text: some StringProtocol) {
        let units = Array(text.utf8)
        guard units.count == 16 + 1 + 8, units[8] == 0x54, units[15] == 0x5A, units[16] == 0x2D else {
            return nil
        }
        let isTime = units[..<15].indices.allSatisfy { $0 == 8 || (0x30...0x39).contains(units[$0]) }
        let isHex = units[17...].allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
        guard isTime, isHex else { return nil }
        time = String(decoding: units[..<16], as: UTF8.self)
        digestPrefix = String(decoding: units[17...], as: UTF8.self)
    }

    /// ``time`` as a value; nil for a date that there is not.
    var timestamp: Timestamp? {
        var text = time
        for (offset, separator) in [(4, "-"), (7, "-"), (13, ":"), (16, ":")] {
            text.insert(contentsOf: separator, at: text.index(text.startIndex, offsetBy: offset))
        }
        return Timestamp(rfc3339: text)
    }

    package var description: String { "\(time)-\(digestPrefix)" }

    package static func < (left: Self, right: Self) -> Bool { left.description < right.description }
}
