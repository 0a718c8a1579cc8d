package import OffsiteStore
internal import Platform

/// Turns blocks into records, each proven by decoding it again.
package struct RecordEncoder: ~Copyable {
    package static let defaultLevel = 3
    /// Deltas on one block end with a plain record at this depth, plus the block's number modulo 8.
    package static let baseDepth = 24
    /// A delta at most this share of its block is kept without trying a plain record.
    private static let clearlySmallShare = 16

    private var compressor: Compressor
    private var decompressor: Decompressor

    package init(level: Int) throws(SyncError) {
        let compressor = try Self.compressor(level)
        let decompressor = try Self.decompressor()
        self.compressor = compressor
        self.decompressor = decompressor
    }

    /// A record without base, stored or compressed, whichever is smaller.
    package mutating func plain(_ bytes: [UInt8], at offset: Int) throws(SyncError) -> (Record, [UInt8]) {
        let packed = try compress(bytes, against: [])
        guard packed.count < bytes.count else {
            return (
                Record(codec: .stored, imageOffset: offset, length: bytes.count, storedBytes: bytes.count),
                bytes
            )
        }
        return (
            Record(codec: .zstd, imageOffset: offset, length: bytes.count, storedBytes: packed.count), packed
        )
    }

    /// The smaller of a delta and a plain record.
    ///
    /// - Parameter old: The bytes that `base` decodes to, joined.
    package mutating func delta(
        _ bytes: [UInt8], at offset: Int, old: [UInt8], base: [Record.Slice]
    ) throws(SyncError) -> (Record, [UInt8]) {
        let packed = try compress(bytes, against: old)
        if packed.count > bytes.count / Self.clearlySmallShare {
            let plain = try plain(bytes, at: offset)
            if plain.1.count <= packed.count { return plain }
        }
        return (
            Record(
                codec: .delta, imageOffset: offset, length: bytes.count, storedBytes: packed.count, base: base
            ),
            packed
        )
    }

    private static func compressor(_ level: Int) throws(SyncError) -> Compressor {
        do throws(CompressionError) { return try Compressor(level: level) } catch {
            throw .compression(error)
        }
    }

    private static func decompressor() throws(SyncError) -> Decompressor {
        do throws(CompressionError) { return try Decompressor() } catch { throw .compression(error) }
    }

    private mutating func compress(_ bytes: [UInt8], against old: [UInt8]) throws(SyncError) -> [UInt8] {
        do throws(CompressionError) {
            let packed = try compressor.compress(bytes.span, prefix: old.span)
            let back = try decompressor.decompress(packed.span, prefix: old.span, length: bytes.count)
            guard back == bytes else {
                throw CompressionError(mismatchOf: bytes.count)
            }
            return packed
        } catch { throw .compression(error) }
    }
}
