internal import Image
package import OffsiteStore
package import Platform
package import Restore
package import StoreFormat

/// Ships one image to one store as its next point.
///
/// Order (RELIABILITY 2.2): lock, read the head, prove the base, ship packs, map and index, commit the point. Nothing before
/// the commit is visible to a reader; everything after it is only memory. A push that was cut goes on by its journal, which
/// also knows the point whose answer was lost.
package struct Push {
    let repository: Repository
    var store: any ObjectStore { repository.store }
    let target: Name
    let job: JobObject
    let state: JobState
    private let images: any BaseImages
    private let files: any FileSystem
    private let entropy: any Entropy
    /// What is shipped over one lane before more are opened.
    package var narrowBytes = FrameWriter.narrowBytes
    /// Length at which a pack is closed.
    package var packBytes = PackBuilder.targetBytes

    package init(
        to repository: Repository, target: Name, job: JobObject, state: JobState, images: any BaseImages,
        files: any FileSystem, entropy: any Entropy
    ) {
        self.repository = repository
        self.target = target
        self.job = job
        self.state = state
        self.images = images
        self.files = files
        self.entropy = entropy
    }

    /// - Parameters:
    ///   - holder: Who holds the lock, for people: pid, host, run id, start.
    ///   - progress: Throws `interrupted` to stop; what is shipped by then is not shipped again.
    package func run(
        _ request: PushRequest, holder: String, progress: (_ doneBytes: Int) throws(SyncError) -> Void
    ) throws(SyncError) -> PushResult {
        try checkIdentity()
        try syncing { () throws(StoreError) in try store.lockForPush(job.name, holder: holder) }
        defer { store.unlockPush(job.name) }
        // What was read before the lock may have changed since.
        repository.forget()
        // After dead pushes' files were swept, which may have been what filled it.
        try syncing { () throws(StoreError) in try SpaceReserve.check(store) }
        try onDisk { () throws(SystemError) in try state.sweep() }
        var history = try PointChain(repository)
        try checkMemory(history)
        let remaining = try remainingStrangers(history, request)
        let journal = state.journal(target)
        let left = journal.left()
        if !request.provesFully, let head = history.head,
            left.hasCommitted(head, image: request.image.signature.digest, sourceTime: request.sourceTime)
        {
            // Its name may not be durable yet.
            _ = try syncing { () throws(StoreError) in try store.adopt([], job: job.name) }
            var result = try committed(head, history, journal)
            result.remaining = remaining
            result.pointCount = history.generations.count
            return result
        }
        let lineage = try lineage(of: history, left, request)
        var strangers = lineage.forged
        let base = try base(
            for: request, history, lineage, holder,
            provingFully: request.provesFully || left.hasFoundDamage(in: repository.storeID), &strangers)
        let resumed = try ResumedPush(
            journal, left, in: repository, base: base)
        history.leftOut = Set(strangers.map(\.point.generation))
        strangers += lineage.oversized(
            ofMoreThan: request.image.signature.layout.length, after: base.point?.point.generation ?? 0)
        let unexamined =
            strangers.isEmpty
            ? [] : lineage.unexamined(besides: strangers, base: base.point?.point.generation)
        let failure = remember(strangers, unexamined, besides: remaining)
        var result = try ship(request, history, base, resumed, progress)
        result.strangers = strangers.sorted { $0.point.generation > $1.point.generation }
        result.unexamined = unexamined
        result.remaining = remaining
        result.pointCount = history.generations.count + 1
        result.stateFailure = result.stateFailure ?? failure
        return result
    }

    var scratch: ScratchFolder { ScratchFolder(state.temporaryFolder, files) }

    /// What is built upon, proved in the store, and what of it must be shipped again.
    ///
    /// - Parameter strangers: Gets the points that were looked at and do not restore.
    private func base(
        for request: PushRequest, _ history: PointChain, _ lineage: Lineage,
        _ holder: String, provingFully: Bool, _ strangers: inout [PushResult.Stranger]
    ) throws(SyncError) -> PushBase {
        let seed = try onDisk { () throws(SystemError) in try entropy.bytes(8) }
        let proof = BaseVerification(
            target: target, repository: repository, state: state, images: images,
            scratch: scratch,
            seed: seed.span.uint64(at: 0), maker: holder, made: request.sourceTime,
            level: provingFully ? .full : .base)
        let (point, full) = try choose(request, lineage, &strangers)
        var base = try proof.run(point, full: full) { (point, map) throws(SyncError) in
            try baseImage(of: point, map, for: request.image)
        }
        let paths = history.damaged.map { ObjectKey.point(job.name, $0).path }
        if !paths.isEmpty { base.note(paths, of: history.damaged) }
        return base
    }

    /// A base's image: from this host, or what is known of it read back from the store.
    private func baseImage(
        of point: Point, _ map: LayeredMap, for image: ShippedImage
    ) throws(SyncError) -> (BaseImage, isLocal: Bool) {
        if let found = images.base(point.imageDigest) { return (found, true) }
        let signature = try SignatureRebuild.run(
            point, try map.runs(of: point), job: job, comparedWith: image,
            path: "\(state.temporaryFolder)/base-\(point.generation).sig", files: files)
        return (BaseImage(signature: signature, file: nil), false)
    }

    private func ship(
        _ request: PushRequest, _ history: PointChain, _ base: PushBase, _ resumed: ResumedPush,
        _ progress: (Int) throws(SyncError) -> Void
    ) throws(SyncError) -> PushResult {
        let (generation, overflow) = history.newest.addingReportingOverflow(1)
        guard !overflow else { throw .damaged("no point can follow generation \(UInt64.max) of \(target)") }
        let random = try onDisk { () throws(SystemError) in try entropy.bytes(8) }
        try checkSize(request.image)
        let writer = FrameWriter(
            store, job: job, push: random.span.uint64(at: 0), narrowBytes: narrowBytes,
            packBytes: packBytes, journal: resumed.journal)
        let layer = MapSegmentWriter(job: job.id, scratch)
        let outcome: ImageUploader.Outcome
        do throws(SyncError) {
            let encoder = ImageUploader(
                request.image, base: base.image, baseMap: base.map, lost: base.lost,
                carriesMapOn: !base.isOtherKind, fingerprinter: Fingerprinter(secret: job.secret),
                level: request.level, comparesFully: request.comparesFully, shipped: resumed.blocks,
                into: writer, layer, resumed.journal)
            outcome = try encoder.run { (done) throws(SyncError) in
                try progress(done)
                try syncing { () throws(StoreError) in try store.keepAlive() }
            }
            try syncing { () throws(StoreError) in try writer.finish() }
        } catch {
            // Who stops on purpose has the time to keep what was shipped.
            if error == .interrupted { try? writer.finish() } else { writer.abandon() }
            throw error
        }
        let resumedPacks = resumed.usedPacks
        let resumedBytes = resumedPacks.reduce(0) { $0 + $1.length }
        let packs = resumedPacks + writer.packs
        var counts = outcome.counts
        counts.shippedBytes = writer.packs.reduce(resumedBytes) { $0 + $1.length }
        let made = try imaging { () throws(ImageError) in try layer.finish() }
        let (map, new) = try (base.isOtherKind ? LayeredMap() : base.map).adding(made, job: job, scratch)
        if let new {
            counts.shippedBytes += new.name.length
            try syncing { () throws(StoreError) in
                try store.put(
                    .map, job: job.name, new.file, length: new.name.length, name: new.name.name)
            }
        }
        if !packs.isEmpty {
            counts.shippedBytes += try syncing { () throws(StoreError) in try repository.put(packs).length }
        }
        counts.pages = request.pages.seen
        counts.blankPages = request.pages.blank
        counts.badPages = request.pages.bad
        var point = Point(
            generation: generation,
            parent: history.head?.reference, kind: base.full == nil ? .full : .logs,
            full: base.full?.reference,
            health: request.health, sourceTime: request.sourceTime,
            layout: request.image.signature.layout, imageDigest: request.image.signature.digest,
            counts: counts,
            toolVersion: ToolVersion.current, segments: map.segments.map(\.name),
            sourceFacts: request.sourceFacts)
        if let image = base.image {
            point.difference = outcome.changes.difference(
                hadBaseBytes: image.file != nil, resumedBytes: resumedBytes)
        }
        try judge(&point, request, history, base.full)
        let bytes = point.encoded(job: job.id, store: repository.storeID)
        resumed.journal.intend(generation, SHA256Hasher.hash(bytes.span))
        let stored = try syncing { () throws(StoreError) in try repository.commit(point) }
        var result = PushResult(point: point)
        result.parentID = history.head?.point.id
        result.hadLocalBase = base.isLocal
        result.resumedBytes = resumedBytes
        result.comparison = outcome.comparison
        result.baseDamage = base.damage
        result.stateFailure = remember(
            point, stored.digest, full: base.full?.point, new, resumed.journal)
        return result
    }

    /// Refuses before the first byte what the commit would refuse after the last.
    private func checkSize(_ image: ShippedImage) throws(SyncError) {
        let blocks = image.signature.runs.dataCount
        let most = Point.Segment.maximumBytes / (Fingerprint.byteCount + MapEntry.usualBytes)
        guard blocks > most else { return }
        throw .store(
            StoreError(
                .failed, "push", image.file.path, "it has \(blocks) blocks of data, a map holds \(most)",
                hint: "split the source into several jobs"))
    }
}
