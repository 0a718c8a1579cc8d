internal import DeltaSync
internal import Image
internal import OffsiteStore
internal import Platform
internal import StoreFormat
internal import TestSupport
internal import Verify

/// Those who reckon with what points, notes and receipts say, at the edges of what can be said.
extension FuzzTarget {
    static let consumers: [FuzzTarget] = [
        FuzzTarget("judgement", seeds: { judgementSeeds }) { bytes in judge(bytes) },
        FuzzTarget("evidence", seeds: { evidenceSeeds }) { bytes in report(bytes) },
    ]

    private static let now = FixedClock().now

    private static var judgementSeeds: [[UInt8]] {
        [
            (0..<120).map { UInt8(truncatingIfNeeded: $0 * 7) }, [UInt8](repeating: 0xDF, count: 96),
            [UInt8](repeating: 0xBF, count: 96),
        ]
    }

    private static var evidenceSeeds: [[UInt8]] {
        (0..<5).map { kind in
            (0..<90).map { UInt8(truncatingIfNeeded: $0 % 18 == 0 ? $0 / 18 + kind : $0 * 5) }
        }
    }

    private static func time(_ input: inout FuzzInput) -> Timestamp {
        let number = Int64(input.number())
        return switch input.byte() % 8 {
        case 0: Timestamp(nanoseconds: .min)
        case 1: Timestamp(nanoseconds: .max)
        case 2: Timestamp(nanoseconds: -number)
        case 3: Timestamp(seconds: number)
        default: Timestamp(seconds: now.seconds + number % 100_000_000)
        }
    }

    /// A point as no parser would let it pass.
    private static func point(_ generation: UInt64, _ input: inout FuzzInput) -> Point? {
        let extents = [
            Extent(key: .init(.data, ""), offset: 0, length: input.number(), blockSize: 1 + input.number())
        ]
        guard let layout = try? ImageLayout(extents) else { return nil }
        var counts = Point.Counts()
        counts.blocks = input.number()
        counts.changedBlocks = input.number()
        counts.shippedBytes = input.number()
        counts.pages = input.number()
        counts.badPages = input.number()
        let flags = input.byte()
        let digest = SHA256Hasher.hash([flags].span)
        let parent = Point.Reference(generation: generation - 1, digest: digest)
        var point = Point(
            generation: generation, parent: flags & 1 == 0 || generation == 1 ? nil : parent,
            kind: flags & 2 == 0 || generation == 1 ? .full : .logs,
            full: flags & 2 == 0 || generation == 1 ? nil : parent,
            health: Point.Health(rawValue: flags >> 2 & 3) ?? .good, sourceTime: time(&input), layout: layout,
            imageDigest: digest, counts: counts, toolVersion: "0", segments: [],
            sourceFacts: flags & 16 == 0 ? [] : input.chunk())
        point.difference = .init(
            hadBaseBytes: flags & 32 == 0, changedBytes: input.number(), storedBytes: input.number())
        return point
    }

    private static func judge(_ bytes: [UInt8]) {
        var input = FuzzInput(bytes)
        var points: [Point] = []
        var retained: [RetainedPoint] = []
        var growth: [SpaceForecast.Growth] = []
        var generation: UInt64 = 0
        while !input.isAtEnd, points.count < 24 {
            generation = generation.saturatingAdd(1)
            guard let point = point(generation, &input) else { continue }
            points.append(point)
            let received = time(&input)
            let reference = Point.Reference(generation: generation, digest: point.imageDigest)
            retained.append(
                RetainedPoint(
                    reference, kind: point.kind, full: point.full, isGood: point.health == .good,
                    received: received, made: point.sourceTime))
            growth.append(
                .init(received: received, bytes: point.counts.shippedBytes, isFirst: point.parent == nil))
            _ = point.id
            _ = point.changedBytes
            _ =
                HumanQuantity.bytes(point.counts.shippedBytes) + HumanQuantity.age(point.counts.pages)
                + HumanQuantity.percent(point.counts.pages, of: point.counts.blocks)
        }
        guard let newest = points.last, let latest = points.dropLast().last else { return }
        _ = SanityGate.reasons(newest, since: latest) { points }
        _ = SpaceForecast(
            [growth, growth], SpaceStatus(availableBytes: input.number(), totalBytes: input.number()),
            now: now)
        var policy = KeepPolicy()
        policy.last = Int(input.byte() % 4)
        policy.within = Int64(input.number())
        policy.minAge = Int64(input.number())
        for period in CivilCalendar.Period.allCases { policy.periods[period] = Int(input.byte() % 4) }
        _ = Retention(policy).fates(of: retained).map(\.explanation)
        _ = ClockAnomaly.find(in: retained, now: now, trusted: UInt64(input.byte()))?.description
    }

    /// A store of the points and notes that an input says, read as a status and a report read it.
    private static func report(_ bytes: [UInt8]) {
        guard let sample = try? SampleStore.shared else { return }
        var input = FuzzInput(bytes)
        let store = ArrayStore()
        store[.store] = StoreObject(id: Reseal.store, created: now).encoded
        store[.job(SampleStore.jobName)] = sample.job.encoded(store: Reseal.store)
        var reference: Point.Reference?
        var generation: UInt64 = 0
        var number: UInt64 = 0
        while !input.isAtEnd, number < 24 {
            number += 1
            if input.byte() % 2 == 0 {
                generation += 1
                guard var point = point(generation, &input) else { continue }
                // Half of them as the parser takes them.
                if input.byte() % 2 == 0 { point = bounded(point) }
                let object = point.encoded(job: Reseal.job, store: Reseal.store)
                reference = .init(generation: generation, digest: SHA256Hasher.hash(object.span))
                store[.point(SampleStore.jobName, generation)] = received(object, &input)
            } else {
                let id = NoteID(NoteID.Kind.allCases[Int(input.byte()) % NoteID.Kind.allCases.count], number)
                let note = note(id, reference, &input)
                store[.note(SampleStore.jobName, id)] = received(
                    note.encoded(job: Reseal.job, store: Reseal.store), &input)
            }
        }
        store.room = SpaceStatus(availableBytes: input.number(), totalBytes: input.number())
        guard let repository = try? Repository(store, job: SampleStore.jobName),
            let evidence = try? JobEvidence(reading: repository),
            let history = try? JobHistory(
                reading: repository, since: time(&input), readWithin: input.number())
        else { return }
        let forecast = try? SpaceForecast(asking: store, now: now)
        let promises = Objectives(
            recoveryPoint: input.number(), restoreWithin: input.number(), fullWithin: input.number(),
            rehearseWithin: input.number())
        let status = JobStatus(evidence, promises, forecast, now: now)
        let scope = ReportScope(made: now, since: Timestamp(seconds: 0), toolVersion: "0", hostName: "h")
        let report = TargetReport(
            job: SampleStore.jobName, target: SampleStore.jobName, state: "OK", findings: [],
            known: .init(status: status, history: history), runs: [], scope: scope)
        _ = report.criteria
        _ = (report.longestGap, report.shippedBytes, evidence.restoreTime?.seconds, status.pointAge)
        _ = try? PointShelf(reading: store, job: SampleStore.jobName)
        _ = try? VerifiedPoints(repository).newest()
        // The page takes longer than all else together.
        if FuzzChoice(bytes).number % 8 == 0 { _ = try? ReportPage([report], scope).html }
    }

    private static func bounded(_ point: Point) -> Point {
        var point = point
        point.counts.blocks = min(point.counts.blocks, point.layout.blockCount)
        point.counts.changedBlocks = min(point.counts.changedBlocks, point.counts.blocks)
        point.counts.shippedBytes = min(point.counts.shippedBytes, ImageLayout.maximumLength)
        point.counts.pages = min(point.counts.pages, point.layout.length)
        point.counts.badPages = min(point.counts.badPages, point.counts.pages)
        point.sourceTime = min(
            max(point.sourceTime, Timestamp(seconds: 0)), Timestamp(seconds: 7_000_000_000))
        return point
    }

    private static func received(_ object: [UInt8], _ input: inout FuzzInput) -> [UInt8] {
        object + Receipt(received: time(&input), object: SHA256Hasher.hash(object.span)).encoded
    }

    private static func note(
        _ id: NoteID, _ point: Point.Reference?, _ input: inout FuzzInput
    ) -> Note {
        var note = Note(id, point: point, made: time(&input), maker: "h, run 0", comment: "c")
        note.outcome = Note.Outcome(rawValue: input.byte() % 3) ?? .none
        if input.byte() % 2 == 0 {
            note.arc = DigestRange(start: UInt64(input.number()), length: UInt64.max - UInt64(input.number()))
        }
        func number() -> String { (input.byte() % 4 == 0 ? "-" : "") + "\(input.number())" }
        switch id.kind {
        case .verified, .proved:
            note.facts = Array(
                """
                {"level":"full","points":\(number()),"objects_needed":\(number()),"objects_present":\(number()),\
                "objects_hashed":\(number()),"bytes_hashed":\(number()),"damaged_objects":\(number()),"damage":[\
                {"object":"x","reason":"y","points":[\(input.number())]}],"faults":["z"]}
                """.utf8)
        case .rehearsed:
            note.facts = Array(
                """
                {"point_id":"1","generation":1,"kind":"full","started":"","restore_seconds":\(number()),\
                "restored_bytes":\(number()),"bytes_received":\(number()),"image_digest":"",\
                "image_digest_matches":true,"databases":[{"name":"","pages_checked":\(number()),\
                "pages_bad":\(number()),"faults":[]}],"total_seconds":\(number()),"verdict":""}
                """.utf8)
        default: note.facts = input.chunk()
        }
        return note
    }
}
