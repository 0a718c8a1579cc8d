internal import Platform

extension Point {
    /// What the blocks took that have another content than in the image which the point was compared with.
    package struct Difference: Equatable, Sendable {
        /// Whether the bytes of that image were at hand, so that changes were stored as deltas.
        package let hadBaseBytes: Bool
        /// Of the changed blocks that are not zero.
        package let changedBytes: Int
        /// Of the records that were stored for them.
        package let storedBytes: Int

        package init(hadBaseBytes: Bool, changedBytes: Int, storedBytes: Int) {
            self.hadBaseBytes = hadBaseBytes
            self.changedBytes = changedBytes
            self.storedBytes = storedBytes
        }

        init(parsing section: inout ByteReader, imageLength: Int) throws(FormatError) {
            let flag = try section.uint8()
            guard flag <= 1 else { throw .badField(field: "base bytes", offset: 0) }
            hadBaseBytes = flag == 1
            changedBytes = try section.varint("changed bytes", limit: imageLength)
            storedBytes = try section.varint("stored bytes")
            try section.finish()
        }

        var encoded: [UInt8] {
            var section = ByteWriter()
            section.uint8(hadBaseBytes ? 1 : 0)
            section.varint(changedBytes)
            section.varint(storedBytes)
            return section.bytes
        }
    }
}
