internal import Platform
internal import Restore
internal import StoreFormat

/// Bytes that are to become a record.
struct EncodingTask: Sendable {
    let bytes: [UInt8]
    /// Of the first byte in the image.
    let offset: Int
    let method: Method

    enum Method: Sendable {
        case plain(level: Int, PlainChoice.Manner)
        case delta(Base)
    }

    struct Base: Sendable {
        let old: [UInt8]
        let slices: [Record.Slice]
        let depth: Int
    }

    enum Encoded: Sendable {
        /// - Parameter sizes: Of a plain record that was compressed both ways.
        case record(Record, payload: [UInt8], depth: Int, sizes: RecordEncoder.Sizes?)
        /// The base does not help: the bytes go into a plain record with others.
        case unrelated([UInt8])
    }

    typealias Outcome = Result<Encoded, SyncError>

    /// Threads that make records: one a processor, and few enough for the memory that is promised.
    static let threads = min(8, Processors.count)

    static func workers(_ level: CompressionLevel) -> OrderedWorkers<[EncodingTask], [Outcome]> {
        OrderedWorkers(threads: threads) {
            let worker = Worker(level)
            return { $0.map(worker.perform) }
        }
    }

    /// One thread's encoder.
    private final class Worker {
        private let level: CompressionLevel
        private var encoder: RecordEncoder?

        init(_ level: CompressionLevel) { self.level = level }

        private func take() throws(SyncError) -> RecordEncoder {
            if let made = encoder.take() { return made }
            return try RecordEncoder(level)
        }

        func perform(_ work: EncodingTask) -> Outcome {
            do throws(SyncError) {
                var encoder = try take()
                let encoded: Encoded
                switch work.method {
                case .delta(let base):
                    let delta = try encoder.delta(
                        work.bytes, at: work.offset, old: base.old, base: base.slices)
                    encoded =
                        delta.map {
                            .record($0.record, payload: $0.payload, depth: base.depth, sizes: nil)
                        } ?? .unrelated(work.bytes)
                case .plain(let level, let manner):
                    let (plain, sizes) = try encoder.plain(
                        work.bytes, at: work.offset, level: level, manner)
                    encoded = .record(plain.record, payload: plain.payload, depth: 0, sizes: sizes)
                }
                self.encoder = consume encoder
                return .success(encoded)
            } catch { return .failure(error) }
        }
    }
}
