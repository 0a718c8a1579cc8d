package import OffsiteStore
internal import Platform

/// Turns blocks into records, each proven by decoding it again.
package struct RecordEncoder: ~Copyable {
    package static let defaultLevel = 3
    /// Deltas on one block end with a plain record at this depth, plus the block's number modulo 8.
    package static let baseDepth = 24
    /// A delta at most this share of its block is kept without a look at what a plain record would take.
    private static let clearlySmallShare = 16

    /// zstd levels, 1...19.
    package struct Levels: Equatable, Sendable {
        package let delta: Int
        package let plain: Int

        /// Chooses them for the level that was asked for.
        ///
        /// What a night brings is little next to a first push and kept as long, so its plain records get one level more:
        /// 4 % smaller for 15 % more time. Where the old content is there to copy from, level 3 finds 0.1 % more than
        /// level 1 in half as much time again; only who asks for more than that gets more.
        package init(_ level: Int, isFirst: Bool) {
            delta = level <= RecordEncoder.defaultLevel ? 1 : level
            plain = isFirst ? level : min(level + 1, 19)
        }
    }

    package typealias Encoded = (record: Record, payload: [UInt8])
    /// What a record took both ways, in bytes.
    package typealias Sizes = (thorough: Int, quick: Int)

    private var compressor: Compressor
    private var plainCompressor: Compressor
    /// Nil for a level that has no quick way.
    private var quickCompressor: Compressor?
    /// Tells quickly what a block alone compresses to.
    private var estimator: Compressor
    private var decompressor: Decompressor

    package init(_ levels: Levels) throws(SyncError) {
        let compressor = try compressing { () throws(CompressionError) in
            try Compressor(level: levels.delta)
        }
        let plainCompressor = try compressing { () throws(CompressionError) in
            try Compressor(level: levels.plain)
        }
        let quickCompressor = try compressing { () throws(CompressionError) in
            try Compressor.quick(insteadOf: levels.plain)
        }
        let estimator = try compressing { () throws(CompressionError) in try Compressor(level: 1) }
        let decompressor = try compressing { () throws(CompressionError) in try Decompressor() }
        self.compressor = compressor
        self.plainCompressor = plainCompressor
        self.quickCompressor = quickCompressor
        self.estimator = estimator
        self.decompressor = decompressor
    }

    /// A record without base, stored or compressed, whichever is smaller; of two manners that are tried, too.
    package mutating func plain(
        _ bytes: [UInt8], at offset: Int, _ manner: PlainChoice.Manner
    ) throws(SyncError) -> (encoded: Encoded, sizes: Sizes?) {
        let (packed, sizes) = try compressing { () throws(CompressionError) in
            try pack(bytes.span, manner)
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

    private mutating func pack(
        _ bytes: Span<UInt8>, _ manner: PlainChoice.Manner
    ) throws(CompressionError) -> ([UInt8], Sizes?) {
        let quick = manner == .thorough ? nil : try quickCompressor?.compress(bytes)
        if manner == .quick, let quick { return (quick, nil) }
        let thorough = try plainCompressor.compress(bytes)
        guard let quick else { return (thorough, nil) }
        return (quick.count < thorough.count ? quick : thorough, (thorough.count, quick.count))
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
