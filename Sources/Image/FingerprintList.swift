package import Platform

/// A list of fingerprints, in memory or in a file from which they are read as they are asked for.
///
/// As cheap as an array for a reader that goes through it in order. Owned by one thread at a time.
package final class FingerprintList {
    /// Fingerprints in every section of a file but the last.
    package static let perSection = 65_536
    package static let sectionBytes = perSection * Fingerprint.byteCount

    package let count: Int
    /// Nil for a list in memory.
    private let file: (any OpenFile)?
    private let sections: FingerprintSections
    /// The section that was read last; of a list in memory, all of it.
    private var cached: (section: Int, fingerprints: [Fingerprint])?

    package init(_ fingerprints: [Fingerprint]) {
        count = fingerprints.count
        file = nil
        sections = FingerprintSections()
        cached = (0, fingerprints)
    }

    package init(in file: any OpenFile, _ sections: FingerprintSections) {
        self.file = file
        self.sections = sections
        count = sections.count
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

    private static func check(_ fingerprints: Span<Fingerprint>) -> UInt64 {
        fingerprints.withBytes { CheckValue.of($0) }
    }

    private func load(_ section: Int, _ file: any OpenFile) throws(ImageError) -> [Fingerprint] {
        let loaded: [Fingerprint]
        do throws(SystemError) {
            loaded = try [Fingerprint](
                reading: file, at: sections.start(section) + Section.headerBytes,
                count: min(Self.perSection, count - section * Self.perSection))
        } catch { throw .system(error) }
        // Read hours after the file was proven, perhaps from another copy in memory.
        guard Self.check(loaded.span) == sections.checks[section] else {
            throw .format(.digestMismatch(of: "fingerprints"), path: file.path)
        }
        return loaded
    }
}

/// The sections of fingerprints in a file, each where ``FingerprintList`` looks for it.
package struct FingerprintSections: Sendable {
    /// Offset of the header of the first one; nil before there is one.
    package private(set) var start: Int?
    package private(set) var count = 0
    /// Of the content of each section.
    fileprivate private(set) var checks: [UInt64] = []

    package init() {}

    /// - Parameter offset: Where the section's content starts in the file.
    package mutating func add(contentAt offset: Int, _ content: Span<UInt8>) throws(FormatError) {
        let header = offset - Section.headerBytes
        guard count % FingerprintList.perSection == 0, content.count <= FingerprintList.sectionBytes,
            content.count % Fingerprint.byteCount == 0, !content.isEmpty,
            start == nil || header == start(checks.count)
        else { throw .badField(field: "fingerprints", offset: header) }
        add(content, contentAt: offset)
    }

    /// Adds the next section of a file that is being written.
    mutating func add(_ content: Span<UInt8>, contentAt offset: Int) {
        if start == nil { start = offset - Section.headerBytes }
        count += content.count / Fingerprint.byteCount
        checks.append(CheckValue.of(content))
    }

    /// Offset of the header of section number `section`.
    fileprivate func start(_ section: Int) -> Int {
        (start ?? 0) + section * (Section.headerBytes + FingerprintList.sectionBytes)
    }
}
