package import Platform

/// Makes the structure of our tar images: the bytes in front of each member and after the last.
///
/// Pure: it gives bytes for a position in the image, the caller writes them (docs/format/image.md, section 2).
package enum TarWriter {
    /// Member data starts at a multiple of this many bytes.
    package static let alignment = 64 << 10

    /// A member that is about to be written.
    package struct Member: Equatable, Sendable {
        /// A plain file name.
        package let name: String
        /// Bytes of its data.
        package let length: Int
        package let modified: Timestamp

        package init(name: String, length: Int, modified: Timestamp) {
            self.name = name
            self.length = length
            self.modified = modified
        }
    }

    /// All bytes from `position`, where the last member's data ended, to the first byte of `member`'s data.
    ///
    /// Zeros up to the next 512, a pax header with as much padding as the alignment needs, the member's header.
    package static func structure(before member: Member, at position: Int) -> [UInt8] {
        var records: [UInt8] = []
        let seconds = Int(member.modified.seconds)
        if !TarHeader.fits(name: member.name) { records += PaxRecords.record("path", member.name) }
        if !TarHeader.fits(number: member.length) {
            records += PaxRecords.record("size", String(member.length))
        }
        if member.modified.nanoseconds % 1_000_000_000 != 0 || !TarHeader.fits(number: seconds) {
            records += PaxRecords.record("mtime", PaxRecords.text(member.modified))
        }
        let block = TarHeader.byteCount
        let rounding = (block - position % block) % block
        // pax header and member header, one block each, with at least one block of records between them
        let fixed = position + rounding + 2 * block
        var room = max(block, (records.count + block - 1) / block * block)
        room += (alignment - (fixed + room) % alignment) % alignment
        if let padding = PaxRecords.padding(room - records.count) { records += padding }

        let pax = TarHeader(
            name: "PaxHeaders/" + member.name, kind: .pax, length: records.count, modified: 0)
        let header = TarHeader(name: member.name, kind: .file, length: member.length, modified: seconds)
        var bytes = [UInt8](repeating: 0, count: rounding)
        bytes.reserveCapacity(rounding + 2 * block + room)
        bytes += pax.encoded()
        bytes += records
        bytes += [UInt8](repeating: 0, count: room - records.count)
        bytes += header.encoded()
        return bytes
    }

    /// Returns the bytes after the last member's data: zeros up to the next 512, and two blocks of zeros.
    package static func end(at position: Int) -> [UInt8] {
        let block = TarHeader.byteCount
        return [UInt8](repeating: 0, count: (block - position % block) % block + 2 * block)
    }

    /// The length of a whole image with these members, in bytes.
    package static func imageLength(_ members: [Member]) -> Int {
        var position = 0
        for member in members {
            position += structure(before: member, at: position).count + member.length
        }
        return position + end(at: position).count
    }
}
