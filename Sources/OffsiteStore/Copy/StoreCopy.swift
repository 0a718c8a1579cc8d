internal import Platform
package import StoreFormat

/// Copies points of a job from one store to another, proving all that it reads.
///
/// Packs and maps are the same bytes in every store, so only those go over which the other store lacks. A point is made
/// anew there: the next generation, upon the newest point that is there, whatever gaps there are here. Cut at any moment, the
/// next copy goes on where this one was, as what has arrived has its name.
package struct StoreCopy {
    private var survey: CopySurvey
    private let plan: CopyPlan
    /// The shipment of each point, as long as all before it are copied.
    private var surveyed: [UInt64: CopyShipment] = [:]
    /// Packs that have gone over and are in no index there.
    private var unindexed: [PackIndex.Pack] = []
    private var report = CopyReport()
    private var doneBytes = 0
    private var totalBytes = 0

    private var source: CopySource { survey.source }
    private var destination: any ObjectStore { survey.destination.store }
    private var catalog: PointCatalog { survey.destination.catalog }

    /// Reads what is in both stores, and what is to be sent.
    ///
    /// - Throws: `notFound` when the destination holds another job of the name; `exists` when it is the source.
    package init(
        _ selection: CopyPlan.Selection, from source: Repository, to destination: any ObjectStore
    ) throws(StoreError) {
        let source = try CopySource(source)
        survey = try CopySurvey(source, try CopyDestination(destination, of: source.repository))
        plan = CopyPlan(selection, from: source.catalog, to: survey.destination.catalog)
        try look()
    }

    /// How many points the source has, good or not.
    package var sourcePointCount: Int { source.catalog.entries.count + source.catalog.unreadable.count }

    /// The forecast of ``run(makingStore:holder:progress:)``, unless it finds damage.
    package var forecast: CopyReport { report }

    /// Goes through all points as if each were sent.
    private mutating func look() throws(StoreError) {
        let before = survey
        begin()
        for entry in plan.points {
            do throws(CopyFailure) {
                let shipment = try survey.shipment(for: entry)
                surveyed[entry.generation] = shipment
                totalBytes = totalBytes.saturatingAdd(shipment.bytes)
                survey.noteArrival(shipment)
                survey.noteCommit(shipment)
                noteCopied(entry, shipment)
            } catch { try noteObstacle(to: entry, error) }
        }
        survey = before
    }

    /// - Parameters:
    ///   - store: The object of the new store, if the destination is none yet.
    ///   - holder: The holder of its push lock, for people.
    ///   - progress: Throws `interrupted` to stop.
    package mutating func run(
        makingStore store: StoreObject, holder: String,
        progress: (CopyProgress) throws(StoreError) -> Void
    ) throws(StoreError) -> CopyReport {
        guard !plan.points.isEmpty else {
            try survey.destination.adopt([])
            return report
        }
        let job = source.repository.job
        let repository = try CopyDestination.prepare(destination, store, source.repository)
        try checkSpace()
        try destination.lockForPush(job.name, holder: holder)
        defer { destination.unlockPush(job.name) }
        var chain = try CopyChain(repository, catalog)
        begin()
        for entry in plan.points {
            do throws(CopyFailure) {
                try copy(entry, &chain, progress)
            } catch {
                try noteObstacle(to: entry, error)
                // Later points may have counted on what it was to bring.
                surveyed = [:]
            }
        }
        return report
    }

    private mutating func copy(
        _ entry: PointCatalog.Entry, _ chain: inout CopyChain,
        _ progress: (CopyProgress) throws(StoreError) -> Void
    ) throws(CopyFailure) {
        var full: Point.Reference?
        if let reference = entry.full {
            full = source.catalog[reference].flatMap { chain[$0.identity] }
            guard full != nil else { throw .reason(.lacksFull(reference.generation)) }
        }
        let stored = try source.point(entry)
        let shipment =
            if let known = surveyed[entry.generation] { known } else { try survey.shipment(for: entry) }
        try carry(shipment, of: entry, progress)
        try CopyFailure.anywhere { () throws(StoreError) in
            try putIndex(in: chain.repository)
            _ = try chain.commit(
                stored.point, full: full, madeBy: stored.receipt.maker)
        }
        survey.noteCommit(shipment)
        noteCopied(entry, shipment)
    }

    /// Brings what a point needs, and makes durable what is there of it already.
    private mutating func carry(
        _ shipment: CopyShipment, of entry: PointCatalog.Entry,
        _ progress: (CopyProgress) throws(StoreError) -> Void
    ) throws(CopyFailure) {
        let job = source.repository.job
        func arrived(_ bytes: Int) throws(StoreError) {
            doneBytes += bytes
            let total = max(totalBytes, doneBytes)
            try progress(CopyProgress(pointID: entry.id, doneBytes: doneBytes, totalBytes: total))
        }
        try CopyFailure.anywhere { () throws(StoreError) in try survey.destination.adopt(shipment.unindexed)
        }
        let courier = ObjectTransfer(from: source.repository.store, to: destination)
        let lost = try CopyFailure.anywhere { () throws(StoreError) in
            try courier.carry(shipment.objects(of: job.name), arrived: arrived)
        }
        survey.noteArrival(shipment, without: lost)
        unindexed += shipment.unindexed
        unindexed += shipment.packs.filter { lost[.pack(job.name, $0.name)] == nil }
        if let (key, error) = lost.min(by: { $0.key.path < $1.key.path }) {
            throw .damage(object: key.path, reason: error.detail)
        }
        unindexed += try FrameTransfer(source: source.repository.store, destination: destination, job: job)
            .carry(shipment.frames, arrived: arrived)
    }

    private mutating func putIndex(in repository: Repository) throws(StoreError) {
        guard !unindexed.isEmpty else { return }
        try repository.put(unindexed)
        unindexed = []
    }

    /// Refuses before the first byte what would fill the destination.
    private func checkSpace() throws(StoreError) {
        let space = try destination.space()
        let needed = totalBytes.saturatingAdd(space.reservedBytes)
        guard !space.holds(needed) else { return }
        throw StoreError(
            .noSpace, "copy to", destination.label,
            "\(needed) bytes are needed, \(space.availableBytes) of \(space.totalBytes) are free",
            hint: "make room there, or copy less with: --last 1")
    }

    // MARK: what came of it

    private mutating func begin() {
        report = CopyReport()
        report.thereCount = plan.thereCount
        report.leftOut = plan.leftOut
        report.damaged = plan.unreadable.map { generation in
            let key = ObjectKey.point(source.repository.job.name, generation)
            let reason = source.catalog.unreadable[generation]?.detail ?? "cannot be read"
            return .init(pointID: "\(generation)", object: key.path, reason: reason)
        }
    }

    private mutating func noteCopied(_ entry: PointCatalog.Entry, _ shipment: CopyShipment) {
        let generation = catalog.newestGeneration.saturatingAdd(UInt64(report.copied.count)).saturatingAdd(1)
        report.copied.append(
            .init(sourceID: entry.id, id: entry.id(as: generation), generation: generation))
        report.packs += shipment.packs.count
        report.frames += shipment.frames.count
        report.maps += shipment.maps.count
        report.bytes += shipment.bytes
    }

    private mutating func noteObstacle(
        to entry: PointCatalog.Entry, _ obstacle: CopyFailure
    ) throws(StoreError) {
        switch obstacle {
        case .store(let error): throw error
        case .reason(let reason): report.leftOut.append(.init(pointID: entry.id, reason: reason))
        case .damage(let object, let reason):
            report.damaged.append(.init(pointID: entry.id, object: object, reason: reason))
        }
    }
}
