internal import OffsiteStore
internal import Platform

/// What a collection came to at one store, for people and as a JSON line.
struct CollectSummary {
    let job: Name
    let target: Name?
    let report: CollectReport
    let isTrial: Bool

    private var place: String { StoreTargets.description(job, target) }

    var lines: [String] {
        let bytes = HumanQuantity.bytes
        var lines = [
            "\(place): \(report.points.counted("point")) need\(report.points == 1 ? "s" : "") \(bytes(report.liveBytes)) "
                + "of the \(bytes(report.packBytes)) in \(report.packs.counted("pack"))"
        ]
        let will = isTrial ? "would go" : "went"
        if report.deadObjects > 0 {
            lines.append(
                "to the trash \(will): \(report.deadObjects.counted("object")), \(bytes(report.deadBytes))")
        }
        if report.thinnedPacks > 0 {
            let written = isTrial ? "would be written" : "written"
            lines.append(
                "\(written) again without dead records: \(report.thinnedPacks.counted("pack")), \(bytes(report.thinnedBytes)) less"
            )
        }
        if report.returnedObjects > 0 {
            lines.append(
                "back from the trash, because points need them: \(report.returnedObjects.counted("object"))")
        }
        if report.sweptFiles > 0 {
            lines.append("gone for good: \(report.sweptFiles.counted("file")), \(bytes(report.sweptBytes))")
        }
        if report.packsLeftForSpace > 0 {
            lines.append(
                "no room to write \(report.packsLeftForSpace) packs again: they stay as they are until there is room"
            )
        }
        if report.trashBytes > 0 { lines.append("in the trash: \(bytes(report.trashBytes))") }
        return lines
    }

    var message: JSONMessage {
        JSONMessage(
            .summary, job: job, target: target,
            [
                "points": .integer(report.points), "packs": .integer(report.packs),
                "pack_bytes": .integer(report.packBytes), "live_bytes": .integer(report.liveBytes),
                "dead_objects": .integer(report.deadObjects), "dead_bytes": .integer(report.deadBytes),
                "thinned_packs": .integer(report.thinnedPacks),
                "thinned_bytes": .integer(report.thinnedBytes),
                "packs_left_for_space": .integer(report.packsLeftForSpace),
                "returned_objects": .integer(report.returnedObjects),
                "swept_files": .integer(report.sweptFiles), "swept_bytes": .integer(report.sweptBytes),
                "trash_bytes": .integer(report.trashBytes), "dry_run": .bool(isTrial),
            ])
    }
}
