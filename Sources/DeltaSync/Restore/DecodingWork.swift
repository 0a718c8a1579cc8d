internal import OffsiteStore
internal import Platform

/// A step of a restore with all that it is made from.
struct DecodingWork: Sendable {
    /// Neighbours in the image.
    let pieces: [MapEntry]
    let parts: [FrameID: RecordParts]
    let length: Int

    /// The step's bytes; none for a run of zeros.
    typealias Outcome = Result<(range: Range<Int>, bytes: [UInt8]?), SyncError>

    /// Threads that decode: the one that fetches, proves and writes is as busy as one of them.
    static let threads = min(4, Processors.count)
    /// Bytes of decoded records that all threads keep.
    private static let budget = 64 << 20

    static func workers() -> OrderedWorkers<DecodingWork, Outcome> {
        OrderedWorkers(threads: threads) {
            let worker = Worker()
            return { worker.perform($0) }
        }
    }

    /// One thread's decoder.
    private final class Worker {
        private var decoder: RecordDecoder?

        func perform(_ work: DecodingWork) -> Outcome {
            let start = work.pieces.first?.offset ?? 0
            let range = start..<start + work.length
            do throws(SyncError) {
                var decoder = try take()
                var bytes: [UInt8] = []
                for piece in work.pieces {
                    guard case .record(let frame, let record, let offset, _) = piece.source else {
                        return .success((range, nil))
                    }
                    if bytes.isEmpty { bytes.reserveCapacity(work.length) }
                    try decoder.append(
                        offset..<offset + piece.length, of: RecordAddress(frame, record), from: work.parts,
                        to: &bytes)
                }
                self.decoder = consume decoder
                return .success((range, bytes))
            } catch { return .failure(error) }
        }

        private func take() throws(SyncError) -> RecordDecoder {
            if let made = decoder.take() { return made }
            return try RecordDecoder(budget: DecodingWork.budget / DecodingWork.threads)
        }
    }
}
