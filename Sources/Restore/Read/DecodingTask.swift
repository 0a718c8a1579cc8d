internal import Platform
internal import StoreFormat

/// A step of a restore with all that it is made from.
struct DecodingTask: Sendable {
    /// Neighbours in the image.
    let pieces: [MapEntry]
    let parts: [FrameID: RecordParts]
    let length: Int

    /// The content of a step, or why it could not be made.
    typealias Outcome = Result<DecodedStep, SyncError>

    /// Threads that decode.
    ///
    /// The thread that fetches, verifies and writes is as busy as one of them.
    static let threads = min(4, Processors.count)
    /// Bytes of decoded records that all threads keep.
    private static let budget = 64 << 20

    static func workers(
        threads: Int, counting decodes: DecodeCount?
    ) -> OrderedWorkers<DecodingTask, Outcome> {
        OrderedWorkers(threads: threads) {
            let worker = Worker(budget: budget / threads, decodes)
            return { worker.perform($0) }
        }
    }

    /// One thread's decoder, kept from step to step with the records it has decoded.
    private final class Worker {
        private let budget: Int
        private let decodes: DecodeCount?
        private var decoder: RecordDecoder?

        init(budget: Int, _ decodes: DecodeCount?) {
            self.budget = budget
            self.decodes = decodes
        }

        func perform(_ work: DecodingTask) -> Outcome {
            var step = DecodedStep()
            for piece in work.pieces where piece.source == .zero { step.zeroBytes += piece.length }
            // A run of zeros alone needs no decoder, and may be longer than memory.
            guard step.zeroBytes < work.length else {
                step.add(work.pieces)
                return .success(step)
            }
            do throws(SyncError) {
                // A decoder whose work failed is not used again: the restore ends.
                var decoder = try take()
                step.bytes.reserveCapacity(work.length - step.zeroBytes)
                for piece in work.pieces {
                    guard case .record(let frame, let record, let offset, _) = piece.source else { continue }
                    try decoder.append(
                        offset..<offset + piece.length, of: RecordAddress(frame, record), from: work.parts,
                        to: &step.bytes)
                }
                self.decoder = consume decoder
                step.add(work.pieces)
                return .success(step)
            } catch { return .failure(error) }
        }

        private func take() throws(SyncError) -> RecordDecoder {
            if let made = decoder.take() { return made }
            return try RecordDecoder(budget: budget, counting: decodes)
        }
    }
}

/// The content of a step: runs of bytes and of zeros, in the order of the image.
struct DecodedStep: Sendable {
    struct Run: Sendable {
        let range: Range<Int>
        let isZero: Bool
    }
    private(set) var runs: [Run] = []
    /// The content of the runs that are not zero, joined.
    var bytes: [UInt8] = []
    var zeroBytes = 0

    mutating func add(_ pieces: [MapEntry]) {
        for piece in pieces {
            let isZero = piece.source == .zero
            if let last = runs.last, last.isZero == isZero, last.range.upperBound == piece.offset {
                runs[runs.count - 1] = Run(range: last.range.lowerBound..<piece.end, isZero: isZero)
            } else {
                runs.append(Run(range: piece.offset..<piece.end, isZero: isZero))
            }
        }
    }
}
