internal import Platform
package import Restore
package import StoreFormat

/// Turns blocks into records, each verified by decoding it again.
package struct RecordEncoder: ~Copyable {
    /// Deltas on one block end with a plain record at this depth, plus the block's number modulo 8.
    package static let baseDepth = 24
    /// A delta at most this share of its block is kept without a look at what a plain record would take.
    private static let clearlySmallShare = 12

    package typealias Encoded = (record: Record, payload: [UInt8])
    /// Bytes of a record both ways.
    package typealias Sizes = (thorough: Int, quick: Int)

    private var compressor: Compressor
    /// Nil before the first plain record.
    private var plain: PlainCompressor?
    /// Tells quickly what a block alone compresses to.
    private var estimator: Compressor
    private var decompressor: Decompressor

    package init(_ level: CompressionLevel) throws(SyncError) {
        let compressor = try compressing { () throws(CompressionError) in
            try Compressor(level: level.delta)
        }
        let estimator = try compressing { () throws(CompressionError) in try Compressor(level: 1) }
        let decompressor = try compressing { () throws(CompressionError) in try Decompressor() }
        self.compressor = compressor
        plain = nil
        self.estimator = estimator
        self.decompressor = decompressor
    }

    /// A record without base, stored or compressed, whichever is smaller; of two manners that are tried, too.
    package mutating func plain(
        _ bytes: [UInt8], at offset: Int, level: Int, _ manner: PlainChoice.Manner
    ) throws(SyncError) -> (encoded: Encoded, sizes: Sizes?) {
        let (packed, sizes) = try compressing { () throws(CompressionError) in
            var compressor = try take(level)
            let made = try compressor.compress(bytes.span, manner)
            plain = consume compressor
            return made
        }
        guard packed.count < bytes.count else {
            let record = Record(
                codec: .stored, imageOffset: offset, length: bytes.count, storedBytes: bytes.count)
            return ((record, bytes), sizes)
        }
        try prove(packed, is: bytes, against: [])
        let record = Record(
            codec: .zstd, imageOffset: offset, length: bytes.count, storedBytes: packed.count)
        return ((record, packed), sizes)
    }

    private mutating func take(_ level: Int) throws(CompressionError) -> PlainCompressor {
        if let made = plain.take(), made.level == level { return made }
        return try PlainCompressor(level)
    }

    /// A delta; nil when that saves less than an eighth of what the block alone compresses to.
    ///
    /// Among others of its kind a plain block takes about an eighth less than alone, and needs no base.
    /// - Parameter old: The bytes that `base` decodes to, joined.
    package mutating func delta(
        _ bytes: [UInt8], at offset: Int, old: [UInt8], base: [Record.Slice]
    ) throws(SyncError) -> Encoded? {
        let packed = try compressing { () throws(CompressionError) in
            try compressor.compress(bytes.span, prefix: old.span)
        }
        if packed.count > bytes.count / Self.clearlySmallShare {
            let alone = try compressing { () throws(CompressionError) in
                try estimator.compress(bytes.span).count
            }
            guard packed.count < min(alone, bytes.count) / 8 * 7 else { return nil }
        }
        try prove(packed, is: bytes, against: old)
        return (
            Record(
                codec: .delta, imageOffset: offset, length: bytes.count, storedBytes: packed.count, base: base
            ),
            packed
        )
    }

    private mutating func prove(
        _ packed: [UInt8], is bytes: [UInt8], against old: [UInt8]
    ) throws(SyncError) {
        try compressing { () throws(CompressionError) in
            try decompressor.prove(packed.span, prefix: old.span, is: bytes.span)
        }
    }
}
