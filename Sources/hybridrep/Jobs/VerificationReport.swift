internal import BackupStream
internal import Image
internal import OffsiteStore
internal import Platform
internal import StoreFormat
internal import Verify

/// What is told of a verification.
struct VerificationReport {
    let result: PointVerification.Result
    let level: CheckRequest.Level
    /// What damaged packs take from the newest point that needs them.
    let damage: DamageInPoint?
    /// What was damaged before, and is not any more.
    var mended: [CheckReport.Damage] = []

    private var share: Double { result.arc?.share ?? 0 }

    var lines: [String] { repairs + [objects] + part + images + pages }

    private var objects: String {
        let check = result.check
        return
            "\(check.points.counted("point")): \(check.presentObjects) of \(check.neededObjects) objects exist, "
            + "\(check.hashedObjects) of \(check.objectsToHash) hashed "
            + "(\(HumanQuantity.bytes(check.hashedBytes)))"
    }

    private var repairs: [String] { mended.map { "\($0.object) was damaged and is repaired: \($0.reason)" } }

    private var part: [String] {
        guard level == .part else { return [] }
        let percent = HumanQuantity.percent(share)
        return ["that was \(percent) of the job; the next --sample or --budget continues there"]
    }

    private var images: [String] {
        let verdict = result.faults.isEmpty ? "digest matches" : "damaged"
        return result.rebuilt.map {
            "image of point \($0.id) rebuilt: \(HumanQuantity.bytes($0.layout.length)), \(verdict)"
        }
    }

    private var pages: [String] {
        result.pages.flatMap { finding in
            let pages = finding.database.pages
            let name = finding.database.name.isEmpty ? "database" : finding.database.name
            return [
                "\(name): \(pages.seen) pages checked, \(pages.failed) bad", "\(name): \(PageUse(pages))",
            ]
        }
    }

    private var parts: [JSONValue] {
        (damage?.parts ?? []).map { part in
            .fields([
                "member": .string(part.member), "offset": .integer(part.range.lowerBound),
                "length": .integer(part.range.count), "first_block": .integer(part.blocks.lowerBound),
                "last_block": .integer(part.blocks.upperBound), "text": .string(part.description),
            ])
        }
    }

    func message(job: Name, target: Name?) -> JSONMessage {
        let check = result.check
        let use = PageUse(result.pages.map(\.database))
        return JSONMessage(
            .summary, job: job, target: target,
            [
                "level": .string(level.word), "share_read": .share(share),
                "points": .integer(check.points),
                "objects_needed": .integer(check.neededObjects),
                "objects_present": .integer(check.presentObjects),
                "objects_to_hash": .integer(check.objectsToHash),
                "objects_hashed": .integer(check.hashedObjects),
                "bytes_hashed": .integer(check.hashedBytes),
                "image_rebuilt": .optional(result.rebuilt.last?.id),
                "pages_in_use": .integer(use.inUse), "pages_blank": .integer(use.blank),
                "bytes_rebuilt": .integer(result.rebuilt.reduce(0) { $0 + $1.layout.length }),
                "damage": .array(
                    check.damage.map { damage in
                        .fields([
                            "object": .string(damage.object), "reason": .string(damage.reason),
                            "points": .array(damage.points.map { .integer(Int(clamping: $0)) }),
                        ])
                    }), "faults": .array(result.faults.map { .string($0) }),
                "mended": .array(mended.map { .string($0.object) }),
                "damaged_point_id": .optional(damage?.pointID), "damaged_parts": .array(parts),
                "good": .bool(result.isGood),
            ])
    }
}
