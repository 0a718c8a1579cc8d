package import Image
package import Platform

extension Spool {
    /// Share of the blocks above which a copy is no dearer than a journal and the writes it stands for.
    private static let mostChangedPercent = 40

    /// Turns the image of an entry that is no longer needed into that of a new one, at the cost of what changed.
    ///
    /// The changed blocks go to a journal first: once that is durable, a run that dies leaves what the next one
    /// completes.
    ///
    /// - Parameters:
    ///   - entry: The backup of a file that was read in place, without an image.
    ///   - path: That file; each of its changed blocks must still have its fingerprint.
    /// - Returns: The entry with its image; nil when a copy must be made, because the file has changed, a copy costs no
    ///   more, or the old image could not be written.
    package func advanceBase(
        _ old: SpoolEntry, to entry: SpoolEntry, from path: String, oldSignature: Signature,
        signature: Signature, manifest: ImageManifest, fingerprinter: Fingerprinter
    ) throws(BackupError) -> SpoolEntry? {
        guard old.imageKind == .raw, entry.imageKind == nil,
            try isOurs(old), let changed = try changedRanges(from: oldSignature, to: signature)
        else { return nil }
        let name = entry.path(RedoJournal.ending)
        let partial = name + Self.partialSuffix
        do throws(BackupError) {
            // In the journal, and after the old end once more.
            let oldLength = oldSignature.layout.length
            try requireSpace(
                changed.reduce(0) { $0 + $1.count + max(0, $1.upperBound - max($1.lowerBound, oldLength)) })
            let expected = Expected(
                length: signature.layout.length, modified: manifest.members.first?.modified)
            let isWritten = try write(
                changed, to: partial, .init(old: old.name, length: signature.layout.length), from: path,
                expected, signature, fingerprinter)
            guard isWritten else {
                try? files.remove(partial)
                return nil
            }
            let isBase = try system { () throws(SystemError) in
                try files.rename(partial, to: name)
                try files.syncFolder(folder)
                return try redo(entry.name)
            }
            guard isBase else { return nil }
        } catch {
            try? files.remove(partial)
            throw error
        }
        return SpoolEntry(name: entry.name, folder: folder, imageKind: .raw)
    }

    /// False when the image is a second name of somebody else's file.
    private func isOurs(_ entry: SpoolEntry) throws(BackupError) -> Bool {
        let path = entry.path(SpoolEntry.ImageKind.raw.rawValue)
        return try system { () throws(SystemError) in try files.status(path)?.links == 1 }
    }

    /// Ranges of the new image that differ from the old, whole blocks, joined up to a record's size; nil when there
    /// are too many, or the two are cut differently.
    private func changedRanges(from old: Signature, to new: Signature) throws(BackupError) -> [Range<Int>]? {
        guard let extent = new.layout.extents.first, new.layout.extents.count == 1,
            let before = old.layout.extents.first, old.layout.extents.count == 1,
            extent.blockSize == before.blockSize
        else { return nil }
        var ranges: [Range<Int>] = []
        var changedBytes = 0
        let comparison = SignatureComparison(new, old)
        let blocksAtOnce = RedoJournal.maximumRecordBytes / extent.blockSize
        var block = 0
        while let changed = try imaging({ () throws(ImageError) in
            try comparison.nextDifference(in: 0, from: block, since: 0)
        }) {
            var next = changed.lowerBound
            while next < changed.upperBound {
                let first = next
                let blocks = try imaging { () throws(ImageError) in
                    try new.blocks(from: first, limit: changed.upperBound - first)
                }
                guard let blocks else { return nil }
                let isBehind = extent.range(ofBlock: first).lowerBound >= old.layout.length
                // Zeros after the old end come with the new length.
                if blocks.fingerprints == nil, isBehind {
                    next += blocks.count
                    continue
                }
                next += min(blocks.count, blocksAtOnce)
                let range =
                    extent.range(ofBlock: first).lowerBound..<extent.range(ofBlock: next - 1).upperBound
                changedBytes += range.count
                guard changedBytes / 100 <= new.layout.length / 10_000 * Self.mostChangedPercent + 1024
                else { return nil }
                ranges.append(range)
            }
            block = changed.upperBound
        }
        return ranges
    }

    /// False when the file is no longer the one that was read.
    private func write(
        _ changed: [Range<Int>], to partial: String, _ head: RedoJournal.Head, from path: String,
        _ expected: Expected, _ signature: Signature, _ fingerprinter: Fingerprinter
    ) throws(BackupError) -> Bool {
        guard let source = try open(path, expected) else { return false }
        var journal = try system { () throws(SystemError) in
            if try files.status(partial) != nil { try files.remove(partial) }
            return try RedoJournal.Writer(try files.open(partial, .create), head)
        }
        var buffer = [UInt8](repeating: 0, count: RedoJournal.maximumRecordBytes)
        for range in changed {
            do throws(SystemError) {
                guard try source.read(range.count, into: &buffer, at: range.lowerBound) == range.count else {
                    return false
                }
            } catch { throw .source(error) }
            let bytes = buffer.span.extracting(0..<range.count)
            guard try matches(bytes, at: range.lowerBound, ofExtent: 0, signature, fingerprinter) else {
                return false
            }
            try system { () throws(SystemError) in try journal.record(bytes, at: range.lowerBound) }
        }
        do throws(SystemError) {
            guard expected.holds(try source.status()) else { return false }
        } catch { throw .source(error) }
        try system { () throws(SystemError) in try journal.finish() }
        return true
    }

    /// Completes a journal: writes its records into the old image and gives that the new name.
    ///
    /// A journal that is not whole, or that cannot be completed, leaves an old image that may be half of each: it is
    /// removed, since a base is only a means to ship less, and the run continues.
    ///
    /// - Returns: False when there is no base of that name now.
    @discardableResult func redo(_ name: SpoolName) throws(SystemError) -> Bool {
        var isBase = false
        let path = "\(folder)/\(name).\(RedoJournal.ending)"
        let file = try files.open(path, .read)
        if let head = try RedoJournal.head(of: file) {
            let old = "\(folder)/\(head.old).\(SpoolEntry.ImageKind.raw.rawValue)"
            let new = "\(folder)/\(name).\(SpoolEntry.ImageKind.raw.rawValue)"
            if try files.status(old) != nil {
                if (try? complete(file, head, in: old)) == true {
                    try files.rename(old, to: new)
                    isBase = true
                } else {
                    try files.remove(old)
                }
                try files.syncFolder(folder)
            }
        }
        try files.remove(path)
        try files.syncFolder(folder)
        return isBase
    }

    /// False when the journal is not whole.
    private func complete(
        _ journal: any OpenFile, _ head: RedoJournal.Head, in path: String
    ) throws(SystemError) -> Bool {
        let image = try files.open(path, .update)
        let isWhole = try RedoJournal.replay(journal, head) { (bytes, offset) throws(SystemError) in
            try image.write(bytes, at: offset)
        }
        guard isWhole else { return false }
        try image.truncate(to: head.length)
        try image.sync()
        return true
    }
}
