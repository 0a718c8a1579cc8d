internal import BackupStream
internal import Image
internal import OffsiteStore
internal import Platform
internal import Restore
internal import StoreFormat
internal import Verify

/// The order of a rehearsal: room, restore, checks, the user's command, away with it, and the evidence kept.
///
/// The store is open while it is read, and again for the evidence: a command may take hours.
struct JobRehearsal {
    let session: CommandContext
    /// Folder for restored points.
    let scratch: String
    let command: RehearsalCommand?
    let commandSeconds: Int
    let open: () throws -> StoreSource.Opened

    struct Outcome {
        let job: Name
        let target: Name?
        let evidence: RehearsalEvidence
        /// Why it is not good.
        let failure: CommandFailure?
        /// Whether the point counts: it was not committed as damaged, and is not held.
        let isOfGoodPoint: Bool
        /// Whether the store has the evidence.
        let isKept: Bool
    }

    /// Before anything is fetched: a command that cannot be there proves nothing.
    func requireProgram() throws {
        let searched = session.environment.value("PATH")
        if let missing = command?.missingProgram(in: session.files, searched: searched) {
            throw CommandFailure(
                .usage, "there is no program \(missing), so nothing could be tested",
                hint: "install it, or name it with its full path")
        }
    }

    /// - Parameter opened: The store, which is closed when what is needed of it is there.
    func run(_ wanted: PointSelection, in opened: StoreSource.Opened) throws -> Outcome {
        let repository = opened.repository
        let stored = try wanted.find(repository)
        let isGoodPoint = try repository.isAccepted(stored)
        let (evidence, failure) = try rehearse(stored, opened, repository)
        // What a point has said of itself is no news.
        let isExcused = stored.point.health == .damaged && evidence.isExcusable
        return Outcome(
            job: opened.job, target: opened.target, evidence: evidence, failure: isExcused ? nil : failure,
            isOfGoodPoint: isGoodPoint,
            isKept: isGoodPoint && keep(evidence, of: stored.reference, opened.job, opened.target))
    }

    /// - Throws: What says nothing of the point: no room, no connection, told to end.
    private func rehearse(
        _ stored: StoredPoint, _ opened: StoreSource.Opened, _ repository: Repository
    ) throws -> (RehearsalEvidence, CommandFailure?) {
        let clock = session.clock
        let start = clock.monotonicNanoseconds
        var evidence = RehearsalEvidence(stored.point, started: clock.now)
        let place = try inScratch(makePlace)
        defer { clean(place, opened) }
        do {
            try restore(stored, opened, repository, to: place.restored, &evidence)
            if evidence.faults.isEmpty || stored.point.health == .damaged, let command {
                session.console.news("running \(command.text(for: place.restored))")
                evidence.command = try command.run(
                    on: place.restored, within: commandSeconds, clock: clock)
            }
        } catch {
            let failure = CommandFailure(wrapping: error)
            guard failure.verdict == .verification else { throw error }
            evidence.restoreFault = failure.message
        }
        evidence.totalSeconds = Double((clock.monotonicNanoseconds - start) / 1_000_000) / 1000
        evidence.verdict = evidence.sentence
        return (evidence, CommandFailure(evidence, job: opened.job, seconds: commandSeconds))
    }

    private func makePlace() throws -> RehearsalScratch {
        try session.trust(scratch, "scratch folder", isShared: true)
        if try FolderTrust(files: session.files, path: scratch, name: "").isShared() {
            session.console.news(
                "\(scratch) is shared with all users: restored data there is for this user only")
        }
        do throws(SyncError) {
            return try RehearsalScratch(
                in: scratch, run: session.runID, holder: holder, session.files, clock: session.clock)
        } catch {
            guard case .system(let why) = error, why.isNotFound else { throw error }
            throw CommandFailure(
                .usage, why.description,
                hint:
                    "make the folder that \(scratch) is to be in: mkdir -p \(ShellQuote.posix(PathText.folder(of: scratch)))"
            )
        }
    }

    private func restore(
        _ stored: StoredPoint, _ opened: StoreSource.Opened, _ repository: Repository, to path: String,
        _ evidence: inout RehearsalEvidence
    ) throws {
        let start = session.clock.monotonicNanoseconds
        let restoration = try Restoration(
            stored, in: repository, state: opened.state, session: session)
        try inScratch { try restoration.to(path, replacing: false) }
        let milliseconds = (session.clock.monotonicNanoseconds - start) / 1_000_000
        evidence.restoreSeconds = Double(milliseconds) / 1000
        evidence.restoredBytes = restoration.images.reduce(0) { $0 + $1.point.layout.length }
        evidence.imageDigestMatches = true
        evidence.bytesReceived = opened.store.traffic.receivedBytes
        try opened.store.close()
        let full = restoration.full?.point ?? stored.point
        let label = "check \(stored.point.id)"
        evidence.databases = try RestoredCheck(path, in: session.files)
            .run(expecting: full.databaseNames) { (done, total) throws(SyncError) in
                try goOn()
                session.console.progress(Progress(label: label, doneBytes: done, totalBytes: total))
            }
    }

    private func goOn() throws(SyncError) {
        if Interruption.cause != nil { throw .interrupted }
    }

    /// Says of a disk that is full that it is the scratch.
    private func inScratch<R>(_ body: () throws -> R) throws -> R {
        do { return try body() } catch {
            let failure = CommandFailure(wrapping: error)
            guard failure.verdict == .noSpace else { throw error }
            throw CommandFailure(
                .noSpace, failure.message,
                hint: "make room in \(scratch), or give another folder: --scratch DIR")
        }
    }

    private func clean(_ place: RehearsalScratch, _ opened: StoreSource.Opened) {
        do throws(SystemError) { try place.remove() } catch {
            session.console.warning(
                "the restored data of the rehearsal could not be removed: \(error)", job: opened.job,
                target: opened.target)
        }
    }

    private func keep(
        _ evidence: RehearsalEvidence, of point: Point.Reference, _ job: Name, _ target: Name?
    ) -> Bool {
        do {
            let again = try open()
            let isKept = session.keep(in: again.repository, target) { (notes) throws(StoreError) in
                try notes.rehearsed(evidence, of: point)
            }
            try again.store.close()
            return isKept
        } catch {
            session.warnNotKept(error, job, target)
            return false
        }
    }

    private var holder: String {
        "pid \(session.processID) on \(session.hostName), run \(session.runID), since \(session.clock.now)"
    }
}
