/// What the checkpoint beside a log stream says about recovery (format notes 5.6).
package enum CheckpointFact: Equatable, Sendable {
    /// Recovery then begins at the first log there is (-542).
    case absent
    /// Neither copy is intact, which is as good as absent (-533).
    case corrupt
    /// Recovery begins no later than at `generation`.
    case present(signature: Signature, generation: Int)

    package init(_ header: CheckpointHeader) {
        self = .present(
            signature: header.logSignature, generation: Int(header.checkpoint.generation))
    }

    /// What replay of a dirty database would meet.
    ///
    /// - Throws: -532 for the checkpoint of another stream: recovery ends there, though nothing is lost.
    func warnings(_ database: DatabaseFacts, _ logs: LogCoverage) throws(SetVerdict.Refusal) -> [String] {
        switch self {
        case .absent:
            return [
                "no checkpoint (\(ErrorCode.checkpointFileNotFound.label)): recovery begins at the first log"
            ]
        case .corrupt:
            return [
                "checkpoint damaged (\(ErrorCode.checkpointCorrupt.label)): recovery begins at the first log"
            ]
        case .present(let signature, let generation):
            guard signature == database.logSignature else {
                throw SetVerdict.Refusal(
                    .badCheckpointSignature,
                    "the checkpoint is of another log stream; without it recovery begins at the first log")
            }
            guard generation > 0, generation < database.minimumRequired, logs.log(generation) == nil else {
                return []
            }
            return [
                "the checkpoint begins at log \(GenerationText.one(generation)), which is \(logs.reason(generation)) "
                    + "(\(ErrorCode.missingPreviousLogFile.label)): recovery may need it moved away"
            ]
        }
    }
}
