internal import OffsiteStore
internal import Platform

/// A block, or a few adjacent ones, that is to become a record.
struct EncodingWork: Sendable {
    let bytes: [UInt8]
    /// Of the first byte in the image.
    let offset: Int
    /// What a delta is made against; nil for a plain record.
    let base: Base?

    struct Base: Sendable {
        let old: [UInt8]
        let slices: [Record.Slice]
        let depth: Int
    }

    typealias Outcome = Result<(record: Record, payload: [UInt8], depth: Int), SyncError>

    /// Threads that make records: one a processor, and few enough for the memory that is promised.
    static let threads = min(8, Processors.count)

    static func workers(level: Int) -> OrderedWorkers<EncodingWork, Outcome> {
        OrderedWorkers(threads: threads) {
            let worker = Worker(level: level)
            return { worker.perform($0) }
        }
    }

    /// One thread's encoder.
    private final class Worker {
        private let level: Int
        private var encoder: RecordEncoder?

        init(level: Int) { self.level = level }

        private func take() throws(SyncError) -> RecordEncoder {
            if let made = encoder.take() { return made }
            return try RecordEncoder(level: level)
        }

        func perform(_ work: EncodingWork) -> Outcome {
            do throws(SyncError) {
                var encoder = try take()
                let (record, payload) =
                    if let base = work.base {
                        try encoder.delta(work.bytes, at: work.offset, old: base.old, base: base.slices)
                    } else {
                        try encoder.plain(work.bytes, at: work.offset)
                    }
                self.encoder = consume encoder
                return .success((record, payload, record.codec == .delta ? work.base?.depth ?? 0 : 0))
            } catch { return .failure(error) }
        }
    }
}
