package import Image
package import Platform

/// The entries of a map segment, read section by section as they are asked for.
///
/// Owned by one thread at a time.
package final class MapEntries {
    /// Where the entries of one `ENTS` section are.
    package struct Section {
        /// Of the section's content in the file.
        let start: Int
        let byteCount: Int
        /// From its first entry to the end of its last, in the image.
        package let range: Range<Int>
        /// Of the content.
        let check: UInt64

        /// - Parameter start: Of `content` in the file.
        package init(start: Int, content: [UInt8], range: Range<Int>) {
            self.start = start
            byteCount = content.count
            self.range = range
            check = CheckValue.of(content.span)
        }
    }

    /// Parts of one range at most: sound maps have one a block, hostile ones one a byte.
    private static let mostParts = 1 << 22

    private let file: any OpenFile
    /// All that entries name.
    package let frames: [FrameID]
    private let sections: [Section]
    private var cached: [(section: Int, entries: [MapEntry])] = []
    private let mostCached: Int

    /// - Parameter mostCached: Sections kept after they were read: by default one where a reader is, and one where
    ///   something moved from.
    package init(in file: any OpenFile, _ frames: [FrameID], _ sections: [Section], mostCached: Int = 2) {
        self.mostCached = mostCached
        self.file = file
        self.frames = frames
        self.sections = sections
    }

    package var isEmpty: Bool { sections.isEmpty }

    /// The parts of the entries inside `range`, and the gaps where there is none.
    package func parts(
        in range: Range<Int>
    ) throws(ImageError) -> (found: [MapEntry], gaps: [Range<Int>]) {
        var found: [MapEntry] = []
        var gaps: [Range<Int>] = []
        var start = range.lowerBound
        var number = sections.partitioningIndex { $0.range.upperBound > start }
        while number < sections.count, sections[number].range.lowerBound < range.upperBound {
            let stop = min(sections[number].range.upperBound, range.upperBound)
            let (some, between) = Layer.parts(of: try entries(ofSection: number), in: start..<stop)
            found += some
            gaps += between
            guard found.count <= Self.mostParts else {
                throw .format(
                    .overLimit(
                        field: "map entries", value: UInt64(found.count), limit: UInt64(Self.mostParts)),
                    path: file.path)
            }
            start = stop
            number += 1
        }
        if start < range.upperBound { gaps.append(start..<range.upperBound) }
        return (found, gaps)
    }

    /// Gives all entries in order, then nil.
    package func all() -> () throws(ImageError) -> MapEntry? {
        // Apart from the sections that others have read, who go through them in another order.
        let reader = MapEntries(in: file, frames, sections, mostCached: 1)
        var (section, next) = (0, 0)
        return { () throws(ImageError) -> MapEntry? in
            while section < reader.sections.count {
                let entries = try reader.entries(ofSection: section)
                if next < entries.count {
                    next += 1
                    return entries[next - 1]
                }
                (section, next) = (section + 1, 0)
            }
            return nil
        }
    }

    private func entries(ofSection number: Int) throws(ImageError) -> [MapEntry] {
        if let known = cached.last, known.section == number { return known.entries }
        if let place = cached.firstIndex(where: { $0.section == number }) {
            cached.append(cached.remove(at: place))
            return cached[cached.count - 1].entries
        }
        let section = sections[number]
        let bytes: [UInt8]
        do throws(SystemError) {
            bytes = try file.bytes(at: section.start, count: section.byteCount)
        } catch { throw .system(error) }
        let entries: [MapEntry]
        do throws(FormatError) {
            // Read hours after the segment was proven, perhaps from another copy in memory.
            guard CheckValue.of(bytes.span) == section.check else {
                throw .digestMismatch(of: "map section")
            }
            entries = try MapEntry.parse(section: bytes, frames, floor: section.range.lowerBound)
        } catch { throw .format(error, path: file.path) }
        if cached.count == mostCached { cached.removeFirst() }
        cached.append((number, entries))
        return entries
    }
}
