internal import Platform
internal import StoreFormat

/// Rules that keep points although a client wants to forget them.
struct DeletionGuards {
    private let request: ForgetRequest
    private let shelf: PointShelf
    private let rights: DeletionPermissions
    private let trusted: UInt64
    private let trustedAt: Timestamp?
    /// When each point was received, where its time can be.
    private let received: [UInt64: Timestamp]
    /// All, rising.
    let generations: [UInt64]
    /// The newest good point's; 0 without one.
    let newestGood: UInt64

    init(_ request: ForgetRequest, _ shelf: PointShelf, _ rights: DeletionPermissions, after tomb: Tombstone?)
    {
        trusted = tomb?.trusted ?? 0
        trustedAt = trusted > 0 ? tomb?.trustedAt : nil
        received = Dictionary(
            zip(shelf.points.map(\.generation), LikelyTimes.of(shelf.points.map(\.received)))
        ) { first, _ in first }
        self.request = request
        self.shelf = shelf
        self.rights = rights
        generations = (shelf.points.map(\.generation) + shelf.unreadableGenerations).sorted()
        newestGood = shelf.points.last(where: \.isGood)?.generation ?? 0
    }

    /// The request says of more points than before that their times are right.
    var newlyTrusts: Bool { request.trustsClock && trusted < (generations.last ?? 0) }

    /// - Throws: `refused` when nothing may go at all.
    func judge(now: Timestamp) throws(StoreError) -> ForgetReport {
        guard let newest = shelf.points.last(where: \.isGood) else {
            throw refusal("it has no good point")
        }
        let doubt = ClockAnomaly.find(in: shelf.points, now: now, trusted: trusted, trustedAt: trustedAt)
        if !request.trustsClock, let doubt {
            throw refusal(
                "\(doubt)", hint: "when the times are right: hybridrep forget \(request.job) --trust-clock")
        }
        var going: [UInt64: ForgetRequest.Item] = [:]
        var report = ForgetReport()
        for item in request.items {
            if let reason = obstacle(item, newest) {
                report.kept.append(.init(generation: item.generation, reason: reason))
            } else {
                going[item.generation] = item
            }
        }
        for point in shelf.points where point.kind == .logs && going[point.generation] == nil {
            guard let full = point.full?.generation, going.removeValue(forKey: full) != nil else { continue }
            report.kept.append(
                .init(generation: full, reason: KeepReason.neededBy(point.generation).description))
        }
        report.forgotten = going.keys.sorted()
        report.kept.sort { $0.generation < $1.generation }
        guard request.mayTakeMany || report.forgotten.count * 2 <= generations.count else {
            throw refusal(
                "\(report.forgotten.count) of \(generations.count) points would go at once",
                hint: "when that is what is wanted: --more-than-half")
        }
        return report
    }

    private func obstacle(_ item: ForgetRequest.Item, _ newest: RetainedPoint) -> String? {
        guard generations.contains(item.generation) else { return "it is not there" }
        guard item.generation < newest.generation else {
            return (item.generation == newest.generation ? KeepReason.newestGood : .newerThanNewestGood)
                .description
        }
        guard let point = shelf.points.first(where: { $0.generation == item.generation }) else {
            return item.digest == nil ? nil : "it cannot be read"
        }
        guard point.reference.digest == item.digest else { return "it is another point than was asked for" }
        if point.isPinned { return KeepReason.pinned.description }
        let age = time(newest).seconds - time(point).seconds
        if age < rights.minAge {
            let minimum =
                rights.minAge % 86_400 == 0
                ? rights.minAge == 86_400 ? "1 day" : "\(rights.minAge / 86_400) days"
                : HumanQuantity.age(Int(clamping: rights.minAge))
            return "younger than \(minimum), which this store keeps from every key"
        }
        return nil
    }

    private func time(_ point: RetainedPoint) -> Timestamp { received[point.generation] ?? point.received }

    func tomb(_ report: ForgetReport, after last: Tombstone?, made: Timestamp) -> Tombstone {
        let going = Set(report.forgotten)
        // A point that was to go before a cut and is still there has not gone.
        let ranges = Tombstone.adding(
            going, to: last?.gone ?? [], without: generations.filter { !going.contains($0) })
        let points = Dictionary(uniqueKeysWithValues: shelf.points.map { ($0.generation, $0) })
        let entries = request.items.filter { going.contains($0.generation) }.map { item in
            Tombstone.Entry(
                generation: item.generation, digest: item.digest,
                received: points[item.generation]?.received ?? Timestamp(seconds: 0), reason: item.reason)
        }
        return Tombstone(
            number: (last?.number ?? 0).saturatingAdd(1), made: made, maker: request.maker,
            trusted: request.trustsClock ? generations.last ?? 0 : trusted,
            trustedAt: request.trustsClock ? made : trustedAt ?? Timestamp(seconds: 0), gone: ranges,
            entries: entries)
    }

    private func refusal(_ detail: String, hint: String? = nil) -> StoreError {
        StoreError(.refused, "forget", "job \(request.job)", detail + ": nothing is forgotten", hint: hint)
    }
}
