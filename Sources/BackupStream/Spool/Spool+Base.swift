package import Image
package import Platform

extension Spool {
    private static let pieceBytes = 1 << 20

    /// Keeps a file that was read in place as the spool's own image, so that the next delta has a base.
    ///
    /// By reflink where the file system can; else by a copy whose blocks must still have their fingerprints.
    ///
    /// - Parameters:
    ///   - entry: The backup of the file, with its signature but without an image.
    ///   - replacedByRename: The producer never writes into a file that exists, so a second name is enough.
    /// - Returns: The entry with its image; nil when the file is no longer the one that was read.
    package func makeBase(
        of entry: SpoolEntry, from path: String, signature: Signature, manifest: ImageManifest,
        fingerprinter: Fingerprinter, replacedByRename: Bool = false
    ) throws(BackupError) -> SpoolEntry? {
        guard entry.imageKind == nil else { return entry }
        let kept = SpoolEntry(name: entry.name, folder: entry.folder, imageKind: .raw)
        let target = kept.path(SpoolEntry.ImageKind.raw.rawValue)
        let expected = Expected(length: signature.layout.length, modified: manifest.members.first?.modified)
        if replacedByRename, try link(path, to: target, expected) { return kept }
        let partial = target + Self.partialSuffix
        do throws(BackupError) {
            guard try fill(partial, from: path, signature, fingerprinter, expected) else {
                try? files.remove(partial)
                return nil
            }
            let isFree = try system { () throws(SystemError) in try files.renameNoReplace(partial, to: target)
            }
            guard isFree else { throw BackupError(.spool, "rename \(target): it is there already") }
            try system { () throws(SystemError) in try files.syncFolder(folder) }
        } catch {
            // What cannot be removed now is swept by the next run.
            try? files.remove(partial)
            throw error
        }
        return kept
    }

    /// The facts that distinguish the file that was read from a later one of the same name.
    struct Expected {
        let length: Int
        let modified: String?

        func holds(_ status: FileStatus) -> Bool {
            status.length == length && status.modified.precise == modified
        }
    }

    private func link(_ path: String, to target: String, _ expected: Expected) throws(BackupError) -> Bool {
        do throws(SystemError) {
            guard try files.linkNoReplace(path, to: target) else { return false }
        } catch {
            // Another file system: there is still the copy.
            if error.isUnsupported || error.isDenied { return false }
            throw .spool(error)
        }
        return try system { () throws(SystemError) in
            guard let status = try files.status(target), expected.holds(status) else {
                try files.remove(target)
                return false
            }
            try files.syncFolder(folder)
            return true
        }
    }

    /// The file that was read; nil when it has changed.
    func open(_ path: String, _ expected: Expected) throws(BackupError) -> (any OpenFile)? {
        do throws(SystemError) {
            let source = try files.open(path, .read)
            return expected.holds(try source.status()) ? source : nil
        } catch { throw .source(error) }
    }

    /// False when the file has changed.
    private func fill(
        _ partial: String, from path: String, _ signature: Signature, _ fingerprinter: Fingerprinter,
        _ expected: Expected
    ) throws(BackupError) -> Bool {
        guard let source = try open(path, expected) else { return false }
        let target = try system { () throws(SystemError) in
            if try files.status(partial) != nil { try files.remove(partial) }
            return try files.open(partial, .create)
        }
        let isClone = try system { () throws(SystemError) in try target.clone(source) }
        if !isClone {
            let blockSize = signature.layout.extents.first?.blockSize ?? 1
            try requireSpace(min(expected.length, signature.runs.dataCount * blockSize))
            guard try copy(source, to: target, signature, fingerprinter) else { return false }
        }
        do throws(SystemError) {
            guard expected.holds(try source.status()) else { return false }
        } catch { throw .source(error) }
        try system { () throws(SystemError) in try target.sync() }
        return true
    }

    /// Copies block by block; false at the first that is not the one of the signature.
    ///
    /// Zeros stay holes, and holes of the source are not read.
    private func copy(
        _ source: any OpenFile, to target: any OpenFile, _ signature: Signature,
        _ fingerprinter: Fingerprinter
    ) throws(BackupError) -> Bool {
        var buffer = [UInt8](repeating: 0, count: max(Self.pieceBytes, Extent.largestBlockSize))
        for (number, extent) in signature.layout.extents.enumerated() {
            let blocksAtOnce = max(1, Self.pieceBytes / extent.blockSize)
            var next = 0
            while next < extent.blockCount {
                let first = next
                let blocks = try imaging { () throws(ImageError) in
                    try signature.blocks(
                        from: signature.layout.firstBlocks[number] + first, limit: extent.blockCount - first)
                }
                guard let blocks else { return false }
                let isZero = blocks.fingerprints == nil
                next += isZero ? blocks.count : min(blocks.count, blocksAtOnce)
                let range =
                    extent.range(ofBlock: first).lowerBound..<extent.range(ofBlock: next - 1).upperBound
                if isZero {
                    guard try isZeros(source, range, &buffer) else { return false }
                    continue
                }
                guard try read(source, range, into: &buffer) else { return false }
                let bytes = buffer.span.extracting(0..<range.count)
                guard try matches(bytes, at: range.lowerBound, ofExtent: number, signature, fingerprinter)
                else { return false }
                do throws(SystemError) { try target.write(bytes, at: range.lowerBound) } catch {
                    throw .spool(error)
                }
            }
        }
        try system { () throws(SystemError) in try target.truncate(to: signature.layout.length) }
        return true
    }

    private func read(
        _ source: any OpenFile, _ range: Range<Int>, into buffer: inout [UInt8]
    ) throws(BackupError) -> Bool {
        do throws(SystemError) {
            return try source.read(range.count, into: &buffer, at: range.lowerBound) == range.count
        } catch { throw .source(error) }
    }

    /// True when a range of the source still is zero, as far as it is no hole.
    private func isZeros(
        _ source: any OpenFile, _ range: Range<Int>, _ buffer: inout [UInt8]
    ) throws(BackupError) -> Bool {
        var offset = range.lowerBound
        while offset < range.upperBound {
            let data: Range<Int>?
            do throws(SystemError) { data = try source.data(from: offset) } catch { throw .source(error) }
            guard let data = data?.clamped(to: offset..<range.upperBound), !data.isEmpty else { return true }
            let piece = data.lowerBound..<min(data.upperBound, data.lowerBound + Self.pieceBytes)
            guard try read(source, piece, into: &buffer),
                ZeroScan.isZero(buffer.span.extracting(0..<piece.count))
            else { return false }
            offset = piece.upperBound
        }
        return true
    }

    /// True when each block of `bytes` still has its fingerprint.
    ///
    /// - Parameters:
    ///   - offset: Of the bytes in the image: whole blocks of one extent.
    ///   - number: Of that extent.
    func matches(
        _ bytes: Span<UInt8>, at offset: Int, ofExtent number: Int, _ signature: Signature,
        _ fingerprinter: Fingerprinter
    ) throws(BackupError) -> Bool {
        let extent = signature.layout.extents[number]
        var start = 0
        while start < bytes.count {
            let block = (offset + start - extent.offset) / extent.blockSize
            let length = extent.range(ofBlock: block).count
            let content: BlockContent
            do throws(ImageError) {
                content = try signature.content(ofBlock: signature.layout.firstBlocks[number] + block)
            } catch { throw .spool(error) }
            guard content.isContent(of: bytes.extracting(start..<start + length), fingerprinter) else {
                return false
            }
            start += length
        }
        return true
    }
}
