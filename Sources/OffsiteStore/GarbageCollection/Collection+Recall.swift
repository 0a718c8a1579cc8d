internal import Platform
internal import StoreFormat

/// Forgotten points that come back from the trash.
extension GarbageCollector {
    func takePointsBack() throws(StoreError) -> [UInt64] {
        guard !request.isTrial else { return [] }
        var taken: [UInt64] = []
        for generation in request.recalled {
            let key = ObjectKey.point(job, generation)
            let name = PathText.name(of: key.path)
            var isBack = false
            for batch in try trash.batches().reversed() {
                guard !isBack, try trash.names(in: batch).contains(name) else { continue }
                isBack = try trash.undelete(key, of: batch)
            }
            guard isBack else {
                throw StoreError(
                    .notFound, "take back", key.path, "it is not in the trash",
                    hint: "see what is there with: hybridrep list \(job)")
            }
            taken.append(generation)
        }
        if !taken.isEmpty {
            try store.storage.settleNames([.objects(.point, job)])
        }
        return taken
    }

    mutating func putPointBack(_ generation: UInt64, _ all: [UInt64]) throws(StoreError) {
        try trash.put(.point(job, generation), newest: all.max() ?? generation)
        try trash.sync()
    }

    /// A tombstone that does not name them any more.
    func noteReturn(of generations: [UInt64], _ shelf: PointShelf) throws(StoreError) {
        guard !generations.isEmpty, let last = try shelf.repository.newestTombstone() else { return }
        let gone = Tombstone.adding([], to: last.gone, without: shelf.points.map(\.generation))
        let tombstone = Tombstone(
            number: last.number.saturatingAdd(1), made: store.storage.now, maker: request.maker,
            trusted: last.trusted, trustedAt: last.trustedAt, gone: gone)
        try shelf.repository.publish(tombstone, in: store.storage)
    }
}
