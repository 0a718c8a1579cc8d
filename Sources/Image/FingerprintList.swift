package import Platform

/// A list of fingerprints, in memory or in a file from which they are read as they are asked for.
///
/// As cheap as an array for whoever goes through it in order. Owned by one thread at a time.
package final class FingerprintList {
    /// Fingerprints in every section of a file but the last.
    package static let perSection = 65_536
    package static let sectionBytes = perSection * Fingerprint.byteCount

    package let count: Int
    /// Nil for a list in memory.
    private let file: (any OpenFile)?
    /// Where the header of the first section stands in the file.
    private let start: Int
    /// The section that was read last; of a list in memory, all of it.
    private var cached: (section: Int, fingerprints: [Fingerprint])?

    package init(_ fingerprints: [Fingerprint]) {
        count = fingerprints.count
        file = nil
        start = 0
        cached = (0, fingerprints)
    }

    /// - Parameter start: Where the header of the first section stands; the others follow, all full but the last.
    package init(in file: any OpenFile, start: Int, count: Int) {
        self.file = file
        self.start = start
        self.count = count
    }

    /// The same list for another reader, who goes through it in another order.
    package func reader() -> FingerprintList {
        guard let file else { return self }
        return FingerprintList(in: file, start: start, count: count)
    }

    package subscript(index: Int) -> Fingerprint {
        get throws(ImageError) {
            let (fingerprints, place) = try stretch(at: index)
            return fingerprints[place]
        }
    }

    /// Some fingerprints that lie together, and the place of number `index` among them.
    package func stretch(at index: Int) throws(ImageError) -> (fingerprints: [Fingerprint], place: Int) {
        guard let file else { return (cached?.fingerprints ?? [], index) }
        let section = index / Self.perSection
        let place = index % Self.perSection
        if let cached, cached.section == section { return (cached.fingerprints, place) }
        guard index < count else {
            throw .format(.badField(field: "fingerprint", offset: index), path: file.path)
        }
        let loaded = try load(section, file)
        cached = (section, loaded)
        return (loaded, place)
    }

    /// Where section number `section` starts when the first one starts at `start`.
    static func sectionStart(_ section: Int, after start: Int) -> Int {
        start + section * (Section.headerBytes + sectionBytes)
    }

    private func load(_ section: Int, _ file: any OpenFile) throws(ImageError) -> [Fingerprint] {
        do throws(SystemError) {
            return try [Fingerprint](
                reading: file, at: Self.sectionStart(section, after: start) + Section.headerBytes,
                count: min(Self.perSection, count - section * Self.perSection))
        } catch { throw .system(error) }
    }
}

/// Whether the sections of fingerprints in a file are where ``FingerprintList`` looks for them.
package struct FingerprintSections {
    /// Where the header of the first one stands; nil before there is one.
    package private(set) var start: Int?
    package private(set) var count = 0

    package init() {}

    /// - Parameter offset: Where the section's content starts in the file.
    package mutating func add(contentAt offset: Int, byteCount: Int) throws(FormatError) {
        let header = offset - Section.headerBytes
        let first = start ?? header
        start = first
        guard count % FingerprintList.perSection == 0, byteCount <= FingerprintList.sectionBytes,
            byteCount % Fingerprint.byteCount == 0,
            header == FingerprintList.sectionStart(count / FingerprintList.perSection, after: first)
        else { throw .badField(field: "fingerprints", offset: header) }
        count += byteCount / Fingerprint.byteCount
    }
}
