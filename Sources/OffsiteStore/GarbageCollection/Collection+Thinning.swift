internal import Platform
internal import StoreFormat

/// Packs that are written again without what is dead in them.
extension GarbageCollector {
    mutating func compact(
        _ packs: [Repack.Candidate], _ marking: LiveSet, _ shelf: PointShelf, _ newest: UInt64
    ) throws(StoreError) {
        let chosen = Repack.choose(packs, wastePercent: request.wastePercent)
        guard !chosen.isEmpty else { return }
        let needed = chosen.reduce(0) { $0 + $1.liveBytes }
        report.thinnedPacks = chosen.count
        report.thinnedBytes = chosen.reduce(0) { $0 + $1.deadBytes }
        guard !request.isTrial else { return }
        guard try store.space().availableBytes > needed + needed / 8 else {
            report.packsLeftForSpace = chosen.count
            (report.thinnedPacks, report.thinnedBytes) = (0, 0)
            return
        }
        let compaction = Repack(store, shelf.repository.job)
        // In the order of the packs' age, so that what was pushed together stays together.
        var aged: [(Int64, Repack.Candidate)] = []
        for pack in chosen { aged.append((try age(of: pack), pack)) }
        aged.sort { ($0.0, $0.1.pack.description) < ($1.0, $1.1.pack.description) }
        do throws(StoreError) {
            for (_, pack) in aged { try compaction.add(pack, marking) }
            try compaction.finishPack()
            if !compaction.made.isEmpty { try shelf.repository.put(compaction.made) }
        } catch {
            compaction.abandon()
            guard error.kind == .noSpace else { throw error }
            report.packsLeftForSpace = chosen.count
            (report.thinnedPacks, report.thinnedBytes) = (0, 0)
            return
        }
        for pack in chosen { try trash.put(.pack(job, pack.pack), newest: newest) }
        try trash.sync()
    }

    private func age(of pack: Repack.Candidate) throws(StoreError) -> Int64 {
        try store.storage.modified(.pack(job, pack.pack))?.nanoseconds ?? 0
    }
}
