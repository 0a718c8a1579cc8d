internal import OffsiteStore
internal import Platform
internal import StoreFormat

/// Fetches what the steps of a plan need, in their order and ahead of them, and keeps it until its last use.
///
/// What exceeds the budget is dropped, the part that is needed last first, and fetched once more.
final class FrameFetcher {
    /// Bytes of answers under way, and of those that lie here.
    private static let mostUnderWayBytes = 16 << 20
    private static let budget = 64 << 20

    private let plan: RestorePlan
    private let locations: FrameIndex
    private let repository: Repository
    private let reads: any ObjectReads
    private var kept: [FrameID: RecordParts] = [:]
    private var keptBytes = 0
    private var underWay: [(frame: FrameID, bytes: Int)] = []
    private var underWayBytes = 0
    /// The first step whose frames have not been asked for.
    private var nextStep = 0

    init(_ plan: RestorePlan, _ repository: Repository, _ locations: FrameIndex) {
        self.plan = plan
        self.locations = locations
        self.repository = repository
        reads = repository.store.reads()
    }

    /// The records that step `number` needs; steps are taken in order.
    func take(_ number: Int) throws(SyncError) -> [FrameID: RecordParts] {
        let frames = plan.steps[number].frames
        try askAhead()
        for frame in frames {
            while kept[frame] == nil {
                if !underWay.contains(where: { $0.frame == frame }) { try ask(frame) }
                try receive()
                try askAhead()
            }
        }
        var parts: [FrameID: RecordParts] = [:]
        for frame in frames {
            parts[frame] = kept[frame]
            if let last = plan.frames[frame]?.steps.last, last <= number { drop(frame) }
        }
        while keptBytes > Self.budget,
            let last = kept.keys.max(by: { nextUse($0, number) < nextUse($1, number) })
        {
            drop(last)
        }
        return parts
    }

    private func drop(_ frame: FrameID) {
        if let gone = kept.removeValue(forKey: frame) { keptBytes -= gone.storedBytes }
    }

    /// The step after `number` that uses a frame.
    private func nextUse(_ frame: FrameID, _ number: Int) -> Int {
        let steps = plan.frames[frame]?.steps ?? []
        let next = steps.partitioningIndex { $0 > number }
        return next < steps.count ? steps[next] : .max
    }

    private func askAhead() throws(SyncError) {
        while nextStep < plan.steps.count,
            underWayBytes < Self.mostUnderWayBytes && underWayBytes + keptBytes < Self.budget
        {
            for frame in plan.steps[nextStep].frames where kept[frame] == nil {
                if !underWay.contains(where: { $0.frame == frame }) { try ask(frame) }
            }
            nextStep += 1
        }
    }

    private func ask(_ frame: FrameID) throws(SyncError) {
        guard let need = plan.frames[frame] else { return }
        let request = need.request(repository.job.name, try locations.location(of: frame))
        try syncing { () throws(StoreError) in try reads.ask(.records(request)) }
        var bytes = 0
        for wanted in request.wanted {
            let stored = need.records[wanted.number]?.storedBytes ?? 0
            if stored > 0 { bytes += stored } else if wanted.ranges.isEmpty { bytes += request.place.length }
            for range in wanted.ranges { bytes += range.count }
        }
        bytes = min(bytes, request.place.length)
        underWay.append((frame, bytes))
        underWayBytes += bytes
    }

    private func receive() throws(SyncError) {
        guard let (frame, bytes) = underWay.first else { return }
        underWay.removeFirst()
        underWayBytes -= bytes
        let answer = try referenced { () throws(StoreError) in try reads.next() }
        guard case .records(let parts) = answer else { return }
        keptBytes += parts.storedBytes - (kept[frame]?.storedBytes ?? 0)
        kept[frame] = parts
    }
}
