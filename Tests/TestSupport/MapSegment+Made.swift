internal import Image
package import Platform
package import StoreFormat

extension ScratchFolder {
    /// Files in memory.
    package static var memory: ScratchFolder { ScratchFolder("", MemoryFileSystem()) }
}

extension FingerprintRun.Source {
    /// Fingerprints that are given.
    package static func blocks(_ fingerprints: [Fingerprint]) -> Self {
        .blocks(FingerprintList(fingerprints), first: 0)
    }
}

/// What a map says, piece by piece, to compare it.
package struct PlainMap: Equatable {
    /// One block with a fingerprint, or a run without.
    package struct Print: Hashable {
        package enum Content: Hashable {
            case zero
            case data(Fingerprint)
            case moved(from: Int)
        }
        package let offset: Int
        package let length: Int
        package let content: Content

        package init(offset: Int, length: Int, content: Content) {
            self.offset = offset
            self.length = length
            self.content = content
        }
    }

    package var entries: [MapEntry]
    package var prints: [Print]

    package init(_ entries: [MapEntry], _ runs: [FingerprintRun]) throws {
        self.entries = MapEntry.coalesced(entries)
        prints = try runs.flatMap { run in
            try (0..<run.blockCount).map { block in
                let start = block * run.blockSize
                let content: Print.Content =
                    switch run.source {
                    case .zero: .zero
                    case .blocks(let list, let first): .data(try list[first + block])
                    case .moved(let from): .moved(from: from + start)
                    }
                return Print(
                    offset: run.offset + start, length: min(run.blockSize, run.length - start),
                    content: content)
            }
        }
    }
}

extension MapSegment {
    /// Writes a segment in memory and reads it.
    package static func made(
        _ entries: [MapEntry] = [], _ runs: [FingerprintRun] = [], job: Identifier
    ) throws -> MapSegment {
        let writer = MapSegmentWriter(job: job, .memory)
        for entry in entries { try writer.append(entry) }
        for run in runs { try writer.append(run) }
        return try writer.finish()
    }

    /// Reads a segment from its bytes.
    package init(parsing bytes: [UInt8], job: Identifier) throws(FormatError) {
        do throws(ImageError) { try self.init(reading: MemoryFile(bytes), job: job) } catch {
            guard case .format(let error, _) = error else {
                preconditionFailure("memory can be read: \(error)")
            }
            throw error
        }
    }

    package var bytes: [UInt8] {
        get throws { try file.bytes(at: 0, count: name.length) }
    }

    package var allEntries: [MapEntry] {
        get throws {
            let next = entries.all()
            var all: [MapEntry] = []
            while let entry = try next() { all.append(entry) }
            return all
        }
    }

    package var plain: PlainMap {
        get throws { try PlainMap(try allEntries, runs) }
    }
}

extension MapReferences {
    /// Those of a segment that is in memory and has the name it should have.
    package static func read(_ bytes: [UInt8], job: Identifier) throws(FormatError) -> [FrameID: Set<Int>] {
        try read(
            length: bytes.count, job: job, expected: SHA256Hasher.hash(bytes.span), format: { $0 }
        ) { (offset, count) throws(FormatError) in
            Array(bytes[offset..<offset + count])
        }.mapValues { Set($0) }
    }
}
