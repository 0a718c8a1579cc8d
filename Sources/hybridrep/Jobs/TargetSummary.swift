internal import BackupStream
internal import DeltaSync
internal import Image
internal import OffsiteStore
internal import Platform
internal import StoreFormat
internal import Verify

/// What a push to one target came to, as its JSON line says it.
struct TargetSummary {
    let job: Name
    let target: Name
    let result: PushResult
    let traffic: Traffic
    let durationMilliseconds: Int
    /// What is free at the target; nil when it could not be asked any more.
    let space: SpaceStatus?

    private var point: Point { result.point }

    /// What a person who watches wants to know.
    var line: String {
        "\(job): point \(point.id) committed at \(target), image \(HumanQuantity.bytes(point.layout.length)), "
            + (point.counts.pages > 0 ? "\(PageUse(point)), " : "")
            + "shipped \(HumanQuantity.bytes(point.counts.shippedBytes)) "
            + "in \(HumanQuantity.duration(milliseconds: durationMilliseconds))"
            + (result.resumedBytes == 0
                ? "" : ", \(HumanQuantity.bytes(result.resumedBytes)) of it before it was cut")
    }

    var message: JSONMessage {
        JSONMessage(
            .summary, job: job, target: target,
            [
                "point_id": .string(point.id),
                "parent_id": .optional(result.parentID),
                "kind": .string(point.kind.description), "health": .string(point.health.description),
                "image_bytes": .integer(point.layout.length), "image_digest": .string("\(point.imageDigest)"),
                "blocks_total": .integer(point.counts.blocks),
                "blocks_changed": .integer(point.counts.changedBlocks),
                "pages": .integer(point.counts.pages), "pages_in_use": .integer(PageUse(point).inUse),
                "pages_blank": .integer(PageUse(point).blank),
                "blocks_bad": .integer(point.counts.badPages), "bytes_sent": .integer(traffic.sentBytes),
                "bytes_received": .integer(traffic.receivedBytes),
                "bytes_stored": .integer(point.counts.shippedBytes),
                "bytes_resumed": .integer(result.resumedBytes),
                "base_damage": .array((result.baseDamage?.objects ?? []).map { .string($0) }),
                "bytes_shipped_anew": .integer(result.baseDamage?.lostBytes ?? 0),
                "duration_seconds": .milliseconds(durationMilliseconds), "committed": .bool(true),
                "target_free_bytes": space.map { .integer($0.availableBytes) } ?? .null,
                "target_total_bytes": space.map { .integer($0.totalBytes) } ?? .null,
            ])
    }
}
