package import Platform

/// Lists the members of a tar file.
///
/// Reads our own images, and those of other programs in the ustar, pax and GNU formats. Every length is
/// checked against the file before it is used; member data is not read.
package struct TarReader {
    package struct Member: Equatable, Sendable {
        package let name: String
        /// Where its data starts in the file, in bytes.
        package let offset: Int
        package let length: Int
        package let modified: Timestamp
        /// False for folders, links and all else that is not a plain file.
        package let isFile: Bool

        package var range: Range<Int> { offset..<offset + length }
    }

    /// Members and extension headers that a file may have.
    package static let maximumMembers = 1 << 20
    /// Bytes of one pax header: our own have up to 64 KiB of padding.
    private static let largestExtension = 1 << 20

    package let file: any OpenFile
    package let members: [Member]

    package init(_ file: any OpenFile) throws(TarError) {
        self.file = file
        let length: Int
        do throws(SystemError) { length = try file.status().length } catch { throw .system(error) }
        var walk = Walk(file: file, length: length)
        while try walk.step() {}
        members = walk.members
    }

    /// Reads on header by header; what an extension header says holds for the next member.
    private struct Walk {
        let file: any OpenFile
        let length: Int
        var offset = 0
        var headers = 0
        var pax = PaxRecords()
        var longName: String?
        var members: [Member] = []

        init(file: any OpenFile, length: Int) {
            self.file = file
            self.length = length
        }

        /// False at the end mark.
        mutating func step() throws(TarError) -> Bool {
            let block = try read(TarHeader.byteCount, at: offset)
            if ZeroScan.isZero(block.span) { return false }
            headers += 1
            guard headers <= 2 * maximumMembers else {
                throw failure(
                    .overLimit(field: "members", value: UInt64(headers), limit: UInt64(maximumMembers)))
            }
            let header: TarHeader
            do throws(FormatError) {
                header = try TarHeader(parsing: block.span, at: offset)
            } catch { throw failure(error) }
            let start = offset + TarHeader.byteCount
            switch TarHeader.Kind(rawValue: header.kind) {
            case .pax: pax = try records(header, at: start)
            case .globalPax: _ = try records(header, at: start)
            case .longName:
                let bytes = try content(header, at: start).prefix { $0 != 0 }
                guard let name = String(validating: bytes, as: UTF8.self) else {
                    throw failure(.badField(field: "long name", offset: start))
                }
                longName = name
            case .file, .oldFile, .contiguous: try add(header, at: start, isFile: true)
            case nil: try add(header, at: start, isFile: false)
            }
            return true
        }

        private mutating func add(_ header: TarHeader, at start: Int, isFile: Bool) throws(TarError) {
            var byteCount = header.length
            if let text = pax.values["size"] {
                guard let value = Int(text), value >= 0 else {
                    throw failure(.badField(field: "pax size", offset: start))
                }
                byteCount = value
            }
            let name = pax.values["path"] ?? longName ?? header.name
            try advance(past: byteCount, from: start)
            members.append(
                Member(
                    name: name, offset: start, length: byteCount,
                    modified: pax.modified ?? Timestamp(seconds: Int64(header.modified)),
                    isFile: isFile && !name.hasSuffix("/")))
            pax = PaxRecords()
            longName = nil
        }

        private mutating func records(_ header: TarHeader, at start: Int) throws(TarError) -> PaxRecords {
            let bytes = try content(header, at: start)
            do throws(FormatError) { return try PaxRecords(parsing: bytes, at: start) } catch {
                throw failure(error)
            }
        }

        private mutating func content(_ header: TarHeader, at start: Int) throws(TarError) -> [UInt8] {
            guard header.length <= largestExtension else {
                throw failure(
                    .overLimit(
                        field: "extension header", value: UInt64(header.length),
                        limit: UInt64(largestExtension)))
            }
            try advance(past: header.length, from: start)
            return try read(header.length, at: start)
        }

        private mutating func advance(past byteCount: Int, from start: Int) throws(TarError) {
            guard byteCount <= length - start else {
                throw failure(.truncated(offset: start, needed: byteCount, available: max(0, length - start)))
            }
            offset = start + (byteCount + TarHeader.byteCount - 1) / TarHeader.byteCount * TarHeader.byteCount
        }

        private func read(_ count: Int, at offset: Int) throws(TarError) -> [UInt8] {
            guard offset <= length, count <= length - offset else {
                throw failure(.truncated(offset: offset, needed: count, available: max(0, length - offset)))
            }
            do throws(SystemError) { return try file.bytes(at: offset, count: count) } catch {
                throw .system(error)
            }
        }

        private func failure(_ error: FormatError) -> TarError { .format(error, path: file.path) }
    }
}
