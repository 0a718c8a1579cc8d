/// One row of a frame's record table: what a payload is and what it needs.
package struct Record: Equatable, Sendable {
    /// Most bytes one record decodes to.
    package static let maximumBytes = 1 << 20
    package static let maximumSlices = 4

    package enum Codec: UInt8, Sendable {
        /// The payload is the bytes themselves.
        case stored = 0
        /// The payload is one zstd frame.
        case zstd = 1
        /// The payload is one zstd frame whose prefix is the joined base slices.
        case delta = 2
    }

    /// A part of an older record's decoded bytes.
    package struct Slice: Hashable, Sendable {
        package let frame: FrameID
        /// Number of the record in its frame.
        package let record: Int
        package let offset: Int
        package let length: Int

        package init(frame: FrameID, record: Int, offset: Int, length: Int) {
            self.frame = frame
            self.record = record
            self.offset = offset
            self.length = length
        }
    }

    package let codec: Codec
    /// Where in its image the record's bytes stood when it was made.
    package let imageOffset: Int
    /// Decoded length in bytes.
    package let length: Int
    /// Bytes of the payload; zero when collection has left it out.
    package let storedBytes: Int
    /// What a delta is against, in order; empty for other codecs.
    package let base: [Slice]

    /// Whether collection has left its payload out.
    package var isLeftOut: Bool { storedBytes == 0 && length > 0 }

    package init(codec: Codec, imageOffset: Int, length: Int, storedBytes: Int, base: [Slice] = []) {
        self.codec = codec
        self.imageOffset = imageOffset
        self.length = length
        self.storedBytes = storedBytes
        self.base = base
    }
}
