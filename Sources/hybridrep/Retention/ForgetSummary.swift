internal import Platform

/// What became of a job's points at one store, for people and as a JSON line.
struct ForgetSummary {
    let job: Name
    let target: Name?
    let fates: [PointForgetting.Fate]
    let isTrial: Bool

    private var place: String { StoreTargets.description(job, target) }
    private var gone: [PointForgetting.Fate] { fates.filter { !$0.stays } }

    /// Each point and the reason for what becomes of it.
    var table: [String] {
        var table = Table([.init("POINT", .right), .init("RECEIVED"), .init("FATE"), .init("WHY")])
        for fate in fates {
            table.add([
                "\(fate.generation)", fate.received.map { "\($0)" } ?? "unreadable",
                fate.stays ? "stays" : "goes", fate.why,
            ])
        }
        return table.lines
    }

    var line: String {
        let count = gone.count
        let points = count == 1 ? "1 point" : "\(count) points"
        let all = "\(place): \(points) "
        if isTrial { return all + "would be forgotten; nothing was changed" }
        return all + "forgotten"
            + (count == 0 ? "" : "; free what only they needed with: hybridrep gc \(job)")
    }

    var message: JSONMessage {
        JSONMessage(
            .summary, job: job, target: target,
            [
                "forgotten": .array(gone.map { .integer(Int(clamping: $0.generation)) }),
                "dry_run": .bool(isTrial),
                "points": .array(
                    fates.map { fate in
                        .fields([
                            "generation": .integer(Int(clamping: fate.generation)),
                            "received": .optional(fate.received.map { "\($0)" }), "stays": .bool(fate.stays),
                            "why": .string(fate.why),
                        ])
                    }),
            ])
    }
}
