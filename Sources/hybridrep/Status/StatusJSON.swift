internal import OffsiteStore
internal import Platform
internal import StoreFormat
internal import Verify

extension TargetStatus {
    /// One line of `status --json`; ages are seconds, and null for never and for unknown alike.
    var message: JSONMessage {
        let status = status
        let evidence = status?.evidence
        let latest = evidence?.latest
        return JSONMessage(
            .summary, job: job, target: target,
            [
                "state": .string(state.word.lowercased()), "exit_code": .integer(Int(verdict.rawValue)),
                "points": evidence.map { .integer($0.pointCount) } ?? .null,
                "latest_point_id": .optional(latest?.point.id),
                "head_point_id": .optional(evidence?.head?.point.id),
                "latest_source_time": .time(latest?.point.sourceTime),
                "latest_received_time": .time(latest?.receipt.received),
                "verified_time": .time(evidence?.verified), "all_read_since": .time(evidence?.wholeSince),
                "share_read": .share(evidence?.readShare ?? 0),
                "rehearsed_time": .time(evidence?.rehearsed?.time),
                "point_age": .seconds(status?.pointAge), "verified_age": .seconds(status?.verifiedAge),
                "all_read_age": .seconds(status?.readAge), "rehearsed_age": .seconds(status?.rehearsedAge),
                "promised_point_age": .seconds(status?.promises.recoveryPoint),
                "promised_read_age": .seconds(status?.promises.fullWithin),
                "promised_rehearsed_age": .seconds(status?.promises.rehearseWithin),
                "restore_seconds": .seconds(evidence?.restoreTime?.seconds),
                "restore_extrapolated": evidence?.restoreTime.map { .bool($0.isExtrapolated) } ?? .null,
                "promised_restore_seconds": .seconds(status?.promises.restoreWithin),
                "restore_promise": .optional(status?.restorePromise?.rawValue),
                "waiting_images": .integer(waitingImages),
                "damaged_objects": evidence.map { .integer($0.damage.count) } ?? .null,
                "store_free_bytes": .optional(status?.forecast?.space.availableBytes),
                "store_total_bytes": .optional(status?.forecast?.space.totalBytes),
                "store_bytes_per_day": .optional(status?.forecast?.bytesPerDay),
                "store_days_left": .optional(status?.forecast?.daysLeft),
                "store_forecast": .optional(status?.forecast?.sentence),
                "findings": .array(lines.map { .string($0) }),
            ])
    }
}

extension JSONValue {
    static func seconds(_ seconds: Int?) -> Self { .optional(seconds) }
}
