internal import StoreFormat
internal import OffsiteStore
internal import Platform
internal import Verify

extension CommandContext {
    /// Who a note is by.
    var maker: String { NoteAuthor(host: hostName, runID: runID).description }

    func notes(in repository: Repository) -> NoteWriter {
        NoteWriter(repository, clock: clock, maker: maker)
    }

    /// Keeps in the store what was learned; where that cannot be, what was learned is true all the same.
    ///
    /// - Returns: Whether it is kept.
    @discardableResult
    func keep(
        in repository: Repository, _ target: Name?, _ write: (NoteWriter) throws(StoreError) -> Void
    ) -> Bool {
        do throws(StoreError) {
            try write(notes(in: repository))
            return true
        } catch {
            warnNotKept(error, repository.job.name, target)
            return false
        }
    }

    func warnNotKept(_ why: any Error, _ job: Name, _ target: Name?) {
        console.warning(
            "the result is not kept in the store, so status and report will not show it: \(why)",
            job: job, target: target)
    }

    /// Keeps what a verification of one point, or of the whole job, has found.
    func keep(
        _ result: PointVerification.Result, _ level: CheckRequest.Level, of point: StoredPoint?,
        _ opened: StoreSource.Opened
    ) {
        let reference = point?.reference
        keep(in: opened.repository, opened.target) { (notes) throws(StoreError) in
            var result = result
            if reference != nil {
                result.check.damage = try opened.repository.reach(result.check.damage)
            }
            try notes.verified(level, result, of: reference)
        }
    }
}
