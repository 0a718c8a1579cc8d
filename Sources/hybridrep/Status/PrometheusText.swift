internal import Image
internal import OffsiteStore
internal import Platform
internal import StoreFormat
internal import Verify

/// Metrics for the textfile collector of the Prometheus node exporter (text exposition format 0.0.4).
struct PrometheusText {
    let statuses: [TargetStatus]
    /// What this host knows of each job's last run that was to make a point, for each target it came to.
    let lastRuns: [RunRecord]

    private typealias Metric = (name: String, help: String, value: @Sendable (TargetStatus) -> Int?)

    private static let metrics: [Metric] = [
        ("up", "1 if the store could be asked", { $0.status == nil ? 0 : 1 }),
        ("state", "0 OK, 1 warning, 2 critical, 3 unknown", { $0.state.rawValue }),
        ("status_exit_code", "Exit code of hybridrep status for it", { Int($0.verdict.rawValue) }),
        (
            "last_success_timestamp_seconds", "When the newest good point was received",
            { seconds($0.status?.evidence.latest?.receipt.received) }
        ),
        (
            "last_source_timestamp_seconds", "When the source of the newest good point was read",
            { seconds($0.status?.evidence.latest?.point.sourceTime) }
        ),
        (
            "last_verified_timestamp_seconds", "When the newest good point was last verified",
            { seconds($0.status?.evidence.verified) }
        ),
        (
            "all_read_since_timestamp_seconds", "Since when every byte has been read",
            { seconds($0.status?.evidence.wholeSince) }
        ),
        (
            "last_rehearsed_timestamp_seconds", "When a restore was last rehearsed with success",
            { seconds($0.status?.evidence.rehearsed?.time) }
        ),
        (
            "restore_seconds", "Time of a restore of the newest good point, by the last good rehearsal",
            { $0.status?.evidence.restoreTime?.seconds }
        ),
        (
            "promised_restore_seconds", "Maximum time of a restore (rto)",
            { $0.status?.promises.restoreWithin }
        ),
        (
            "promised_age_seconds", "Maximum age of the newest good point (rpo)",
            { $0.status?.promises.recoveryPoint }
        ),
        ("points", "Points there", { $0.status?.evidence.pointCount }),
        (
            "source_bytes", "Length of the newest good point's image",
            { $0.status?.evidence.latest?.point.layout.length }
        ),
        (
            "sent_bytes", "Bytes stored for the newest good point",
            { $0.status?.evidence.latest?.point.counts.shippedBytes }
        ),
        (
            "bad_pages", "Bad pages of the newest point", { $0.status?.evidence.head?.point.counts.badPages }
        ),
        (
            "damaged_objects", "Objects found damaged and not yet repaired",
            { $0.status?.evidence.damage.count }
        ),
        (
            "store_free_bytes", "Room at the store, within its quota",
            { $0.status?.forecast?.space.availableBytes }
        ),
        (
            "store_days_left",
            "Days until the store is full at the growth of the last 30 days; a minimum where points are forgotten, absent where unknown",
            { $0.status?.forecast?.daysLeft }
        ),
        ("waiting_images", "Images of this host that are newer than the newest point", { $0.waitingImages }),
    ]

    private typealias RunMetric = (name: String, help: String, value: @Sendable (RunRecord) -> Int?)

    private static let jobRunMetrics: [RunMetric] = [
        ("last_exit_code", "Exit code of the last run of this host for it", { $0.jobExitCode }),
        ("last_run_timestamp_seconds", "When that run ended", { seconds($0.ended) }),
        (
            "last_run_duration_seconds", "How long it took",
            { Int(clamping: $0.ended.seconds - $0.begun.seconds) }
        ),
    ]

    private static let targetRunMetrics: [RunMetric] = [
        ("last_run_exit_code", "Exit code of the last run at this target", { $0.exitCode }),
        ("last_run_sent_bytes", "Bytes that it sent there, with the handshake", { $0.sentBytes }),
        ("last_run_received_bytes", "Bytes that it received from there", { $0.receivedBytes }),
        ("last_run_changed_bytes", "Bytes of the image in blocks that had changed", { $0.changedBytes }),
    ]

    private static func seconds(_ time: Timestamp?) -> Int? { time.map { Int($0.seconds) } }

    /// One of each job's.
    private var jobRuns: [RunRecord] {
        lastRuns.reduce(into: []) { runs, run in if runs.last?.job != run.job { runs.append(run) } }
    }

    var text: String {
        let targets = Self.metrics.map { metric in
            Self.gauge(
                metric.name, metric.help,
                statuses.map { ("job=\"\($0.job)\",target=\"\($0.target)\"", metric.value($0)) })
        }
        let jobs = Self.jobRunMetrics.map { metric in
            Self.gauge(
                metric.name, metric.help, jobRuns.map { ("job=\"\($0.job)\"", metric.value($0)) })
        }
        let runs = Self.targetRunMetrics.map { metric in
            Self.gauge(
                metric.name, metric.help,
                lastRuns.compactMap { run in
                    run.target.map { ("job=\"\(run.job)\",target=\"\($0)\"", metric.value(run)) }
                })
        }
        return (targets + jobs + runs).joined()
    }

    private static func gauge(
        _ name: String, _ help: String, _ samples: [(labels: String, value: Int?)]
    ) -> String {
        let name = "hybridrep_\(name)"
        let lines = samples.compactMap { sample in
            sample.value.map { "\(name){\(sample.labels)} \($0)\n" }
        }
        return "# HELP \(name) \(help).\n# TYPE \(name) gauge\n" + lines.joined()
    }
}
