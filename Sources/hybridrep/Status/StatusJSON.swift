internal import OffsiteStore
internal import Platform
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
                "store_free_bytes": status?.forecast.map { .integer($0.space.availableBytes) } ?? .null,
                "store_total_bytes": status?.forecast.map { .integer($0.space.totalBytes) } ?? .null,
                "store_bytes_per_day": .seconds(status?.forecast?.bytesPerDay),
                "store_days_left": .seconds(status?.forecast?.daysLeft),
                "store_forecast": .optional(status?.forecast?.words),
                "findings": .array(lines.map { .string($0) }),
            ])
    }
}

extension JSONValue {
    static func seconds(_ seconds: Int?) -> Self { seconds.map { .integer($0) } ?? .null }
}

extension SpaceForecast {
    /// Nil where the room does not end, or nobody can tell.
    var daysLeft: Int? { if case .days(let days) = outlook { days } else { nil } }

    /// What is to be expected, or why nobody can tell.
    var words: String {
        let rate = HumanQuantity.bytes(bytesPerDay ?? 0)
        return switch outlook {
        case .days(let days):
            "\(HumanQuantity.bytes(space.availableBytes)) free, \(days) days at \(rate) a day"
        case .endless: "\(HumanQuantity.bytes(space.availableBytes)) free, for a century at \(rate) a day"
        case .noHistory: "\(HumanQuantity.bytes(space.availableBytes)) free; too few points for a forecast"
        case .noSize: "the file system does not tell its size: no forecast"
        }
    }
}
