internal import StoreFormat
internal import Platform

extension DirectoryStore {
    /// Order: verify that it may be, rename the job's folder, sync, remove what is in it.
    ///
    /// A crash leaves the job whole, or gone by name; the next drop of that name removes what is left.
    package func drop(_ request: DropRequest) throws(StoreError) -> DropReport {
        let job = request.job
        try rights.check("drop", "job \(job)")
        _ = try storeObject()
        let left = try dropped().filter { $0.job == job }.map(\.path)
        let place = "\(root)/jobs/\(job)"
        guard try wrap("look at", place, { () throws(SystemError) in try files.status(place) }) != nil else {
            guard !left.isEmpty else {
                // An earlier drop may have removed everything and not have synced that.
                try wrap("sync", "jobs") { () throws(SystemError) in try files.syncFolder(root + "/jobs") }
                throw StoreError(.notFound, "drop", "job \(job)", "\(label) has no such job")
            }
            return try finish(left, request, DropReport())
        }
        // This session's own locks would be in the way.
        unlockPush(job)
        sharedLocks[job] = nil
        sharedLocks[job] = try exclude(job, request.maker, "drop")
        defer { sharedLocks[job] = nil }
        let push = folder(job, "push.lock")
        let lock = try wrap("lock", push) { () throws(SystemError) in try files.lock(push, .exclusive) }
        guard let lock else { throw StoreError(.locked, "drop", "job \(job)", "a push is at work") }
        defer { withExtendedLifetime(lock) {} }
        let points = try generations(of: job)
        try requireNoPins(request, points)
        try requireAge(job, points)
        var report = DropReport(points: points.count)
        if request.isTrial {
            try count(place, &report)
            return try finish(left, request, report)
        }
        let gone = PathText.path(of: DroppedJob.name(job, try sessionName()), in: root + "/jobs")
        let isMoved = try wrap("drop", place) { () throws(SystemError) in
            guard try files.renameNoReplace(place, to: gone) else { return false }
            do throws(SystemError) { try files.syncFolder(root + "/jobs") } catch {
                _ = try? files.renameNoReplace(gone, to: place)
                throw error
            }
            return true
        }
        guard isMoved else {
            throw StoreError(.exists, "drop", "job \(job)", "\(gone) is there already", hint: "try again")
        }
        syncedFolders = syncedFolders.filter { !$0.hasPrefix(place + "/") }
        return try finish(left + [gone], request, report)
    }

    /// Folders of jobs that were dropped and are not removed yet.
    func dropped() throws(StoreError) -> [DroppedJob] {
        let folder = root + "/jobs"
        return try wrap("list", "jobs") { () throws(SystemError) -> [String] in
            guard try files.status(folder) != nil else { return [] }
            return try files.list(folder)
        }.compactMap { DroppedJob($0, in: folder) }
    }

    /// Removes what has lost its name, or only counts it.
    private func finish(
        _ folders: [String], _ request: DropRequest, _ report: DropReport
    ) throws(StoreError) -> DropReport {
        var report = report
        for folder in folders {
            guard !request.isTrial else {
                try count(folder, &report)
                continue
            }
            do throws(StoreError) { try removeAll(folder, &report) } catch {
                guard error.kind != .unreachable, error.kind != .interrupted else { throw error }
                throw StoreError(
                    error.kind, "drop", "job \(request.job)",
                    "its points are gone, and not all of its files: \(error.description)",
                    hint: error.hint ?? "type the same once more: it goes on")
            }
        }
        guard !request.isTrial, !folders.isEmpty else { return report }
        try wrap("sync", "jobs") { () throws(SystemError) in try files.syncFolder(root + "/jobs") }
        return report
    }

    private func generations(of job: Name) throws(StoreError) -> [UInt64] {
        guard try isFolder(folder(job, ObjectKind.point.folder)) else { return [] }
        return try list(.point, job: job).compactMap(\.key.generation)
    }

    private func isFolder(_ path: String) throws(StoreError) -> Bool {
        try wrap("look at", path) { () throws(SystemError) in try files.status(path)?.kind == .folder }
    }

    // MARK: guards

    private func requireNoPins(_ request: DropRequest, _ points: [UInt64]) throws(StoreError) {
        guard !request.takesPinned, !points.isEmpty else { return }
        let job = request.job
        let pinned: Set<UInt64>
        do throws(StoreError) {
            let repository = try Repository(self, job: job)
            let notes = try NoteReader(repository)
            let kinds = [NoteID.Kind.pinned, .unpinned]
            var found: [NoteID.Kind: [StoredNote]] = [:]
            for kind in kinds { found[kind] = try notes.all(kind) }
            let listed = try list(.note, job: job).count {
                $0.key.note.map { kinds.contains($0.kind) } ?? false
            }
            guard found.values.reduce(0, { $0 + $1.count }) == listed else {
                throw StoreError(.corrupt, "drop", "job \(job)", "a note that may be a pin cannot be read")
            }
            pinned = Set(PointMarks(found).pinned.keys.map(\.generation)).intersection(points)
        } catch {
            guard error.tellsOfDamage else { throw error }
            throw StoreError(
                .refused, "drop", "job \(job)",
                "it cannot be told whether points are pinned (\(error.detail)): nothing is taken away",
                hint: "if no pin is to keep them: --pinned-too")
        }
        guard let first = pinned.min() else { return }
        let others = pinned.count == 1 ? "" : " and \(pinned.count - 1) more"
        throw StoreError(
            .refused, "drop", "job \(job)", "point \(first)\(others) is pinned: nothing is taken away",
            hint: "if no pin is to keep them: --pinned-too; else: hybridrep unpin \(job) \(first)")
    }

    /// What a key must leave in the store, it must leave there under another verb, too.
    private func requireAge(_ job: Name, _ points: [UInt64]) throws(StoreError) {
        let least = rights.minAge.saturatingAdd(rights.minGrace)
        guard least > 0 else { return }
        let now = clock.now
        func require(_ time: Timestamp, _ what: String) throws(StoreError) {
            guard now.seconds.saturatingSubtract(time.seconds) < least else { return }
            throw refusal(job, "\(what) is younger than \(HumanQuantity.age(Int(clamping: least)))")
        }
        if !points.isEmpty {
            let repository = try Repository(self, job: job)
            for generation in points {
                let received: Timestamp
                do throws(StoreError) { received = try repository.point(generation).receipt.received } catch {
                    guard error.tellsOfDamage else { throw error }
                    throw refusal(job, "the age of point \(generation) is not known")
                }
                try require(received, "point \(generation)")
                try pulse?()
            }
        }
        guard try isFolder(folder(job, "trash")) else { return }
        for batch in try Trash(self, job).batches() { try require(batch.time, "what is in the trash") }
    }

    private func refusal(_ job: Name, _ detail: String) -> StoreError {
        StoreError(
            .refused, "drop", "job \(job)", "\(detail), which this store keeps from every key",
            hint: "drop the job at the store's own host, with --store")
    }

    // MARK: files

    private func count(_ folder: String, depth: Int = 4, _ report: inout DropReport) throws(StoreError) {
        let names = try wrap("list", folder) { () throws(SystemError) in try files.list(folder) }
        for name in names {
            let path = PathText.path(of: name, in: folder)
            let status = try wrap("look at", path) { () throws(SystemError) in try files.status(path) }
            switch status?.kind {
            case .folder where depth > 0: try count(path, depth: depth - 1, &report)
            case .regular:
                report.files += 1
                report.bytes = report.bytes.saturatingAdd(status?.length ?? 0)
            default: report.files += 1
            }
            try pulse?()
        }
    }

    /// Links are removed as such: what they name belongs to somebody else.
    private func removeAll(_ folder: String, _ report: inout DropReport) throws(StoreError) {
        let names = try wrap("list", folder) { () throws(SystemError) in try files.list(folder) }
        for name in names {
            let path = PathText.path(of: name, in: folder)
            let isFile = try wrap("remove", path) { () throws(SystemError) in
                let length = try files.status(path)?.length ?? 0
                do throws(SystemError) { try files.remove(path) } catch {
                    guard error.isFolder else { throw error }
                    return false
                }
                report.files += 1
                report.bytes = report.bytes.saturatingAdd(length)
                return true
            }
            if !isFile { try removeAll(path, &report) }
            try pulse?()
        }
        try wrap("remove", folder) { () throws(SystemError) in try files.removeFolder(folder) }
    }
}

/// A folder that was a job's: `jobs/.dropped-SESSION-JOB`, no name of a job.
struct DroppedJob {
    private static let prefix = ".dropped-"
    private static let sessionDigits = 16

    let job: Name
    let path: String

    /// Nil where the name is no such folder's.
    init?(_ name: String, in folder: String) {
        guard name.hasPrefix(Self.prefix) else { return nil }
        let rest = name.dropFirst(Self.prefix.count)
        let session = rest.prefix(Self.sessionDigits)
        guard session.count == Self.sessionDigits, Hex.decode(String(session)) != nil,
            rest.dropFirst(Self.sessionDigits).first == "-",
            let job = Name(String(rest.dropFirst(Self.sessionDigits + 1)))
        else { return nil }
        self.job = job
        path = PathText.path(of: name, in: folder)
    }

    static func name(_ job: Name, _ session: String) -> String { "\(prefix)\(session)-\(job)" }
}
