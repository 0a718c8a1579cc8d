internal import OffsiteStore
internal import Platform

/// What is told of a copy.
struct CopyText {
    let job: Name
    let source: JobCopy.End
    let destination: JobCopy.End
    let report: CopyReport

    func lines(isForecast: Bool) -> [String] {
        let verb = isForecast ? "would be copied" : "copied"
        var lines = report.copied.map { copied in
            "point \(copied.sourceID) of \(source.name) \(verb) to \(destination.name) as \(copied.id)"
        }
        lines.append(
            "\(report.copied.count.counted("point")) \(verb), \(report.thereCount) already there: "
                + "\(report.packs.counted("pack"))\(frames) and \(report.maps.counted("map")), \(HumanQuantity.bytes(report.bytes))"
        )
        return lines + leftOut
    }

    private var frames: String { report.frames > 0 ? ", \(report.frames.counted("frame")) of others" : "" }

    /// Those that are too old in one line, each other in its own.
    private var leftOut: [String] {
        var lines: [String] = []
        var older: [CopyPlan.LeftOut] = []
        for left in report.leftOut {
            if case .isOlder = left.reason {
                older.append(left)
            } else {
                lines.append("point \(left.pointID) left out: \(left.reason.words)")
            }
        }
        if let first = older.first {
            let others = older.count > 1 ? " and \(older.count - 1) more" : ""
            lines.append("point \(first.pointID)\(others) left out: \(first.reason.words)")
        }
        return lines
    }

    func message(isForecast: Bool, traffic: Traffic, milliseconds: Int) -> JSONMessage {
        JSONMessage(
            .summary, job: job, target: destination.target,
            [
                "from": .string(source.name), "to": .string(destination.name), "dry_run": .bool(isForecast),
                "points_copied": .array(
                    report.copied.map {
                        .fields(["from_id": .string($0.sourceID), "point_id": .string($0.id)])
                    }), "points_there": .integer(report.thereCount),
                "points_left_out": .array(
                    report.leftOut.map {
                        .fields(["from_id": .string($0.pointID), "reason": .string($0.reason.words)])
                    }),
                "points_damaged": .array(
                    report.damaged.map {
                        .fields([
                            "from_id": .string($0.pointID), "object": .string($0.object),
                            "reason": .string($0.reason),
                        ])
                    }), "packs_copied": .integer(report.packs), "frames_copied": .integer(report.frames),
                "maps_copied": .integer(report.maps),
                "bytes_copied": .integer(report.bytes), "bytes_sent": .integer(traffic.sentBytes),
                "bytes_received": .integer(traffic.receivedBytes),
                "duration_seconds": .milliseconds(milliseconds),
            ])
    }
}

extension CopyPlan.Reason {
    var words: String {
        switch self {
        case .isOlder(let newest): "not newer than \(newest), the newest there"
        case .isDamaged: "committed as damaged, and damage is not copied"
        case .isHeld: "held as suspicious"
        case .isGone: "forgotten meanwhile"
        case .lacksFull(let full): "its full, point \(full), is not there"
        }
    }
}
