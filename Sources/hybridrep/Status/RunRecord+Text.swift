internal import Platform
internal import Verify

/// A run of this host's history, as `history` and the report tell it.
extension RunRecord {
    static var table: Table {
        Table([
            .init("BEGUN"), .init("VERB"), .init("JOB"), .init("TARGET"), .init("CODE", .right),
            .init("TOOK", .right), .init("POINT"), .init("SENT", .right), .init("RECEIVED", .right),
            .init("CHANGED", .right), .init("IMAGE", .right), .init("REMARK"),
        ])
    }

    /// What is not known is `?`, and what there is none of `-`.
    var cells: [String] {
        let seconds = ended.seconds - begun.seconds
        return [
            "\(begun)", verb, "\(job)", target?.description ?? "-", exitCode.map { "\($0)" } ?? "?",
            isRebuilt ? "?" : HumanQuantity.age(Int(clamping: max(0, seconds))), pointID ?? "-",
            bytes(sentBytes), bytes(receivedBytes), bytes(changedBytes), bytes(imageBytes), remark,
        ]
    }

    private func bytes(_ count: Int?) -> String {
        count.map { HumanQuantity.bytes($0) } ?? (isRebuilt ? "?" : "-")
    }

    private var remark: String {
        [isRebuilt ? "rebuilt" : nil, error].compactMap { $0 }.joined(separator: ": ")
    }

    var json: JSONValue {
        func number(_ value: Int?) -> JSONValue { value.map { .integer($0) } ?? .null }
        return .fields([
            "run_id": .optional(runID), "verb": .string(verb), "job": .string("\(job)"),
            "target": .optional(target?.description), "begun_time": .time(begun), "ended_time": .time(ended),
            "exit_code": number(exitCode), "job_exit_code": number(jobExitCode),
            "point_id": .optional(pointID), "bytes_sent": number(sentBytes),
            "bytes_received": number(receivedBytes), "bytes_changed": number(changedBytes),
            "image_bytes": number(imageBytes), "error": .optional(error), "rebuilt": .bool(isRebuilt),
        ])
    }
}
