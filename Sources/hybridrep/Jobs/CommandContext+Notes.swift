internal import OffsiteStore
internal import Platform
internal import Verify

extension CommandContext {
    /// Who a note is by.
    var maker: String { NoteAuthor(host: hostName, runID: runID).description }

    func notebook(_ store: any ObjectStore, _ points: PointReader) -> NoteWriter {
        NoteWriter(store, points, clock: clock, maker: maker)
    }

    /// Keeps in the store what was learned; where that cannot be, what was learned is true all the same.
    ///
    /// - Returns: Whether it is kept.
    @discardableResult
    func keep(
        _ store: any ObjectStore, _ job: Name, _ target: Name?,
        _ write: (NoteWriter, PointReader) throws(StoreError) -> Void
    ) -> Bool {
        do throws(StoreError) {
            let points = try PointReader(store, job: job)
            try write(notebook(store, points), points)
            return true
        } catch {
            warnNotKept(error, job, target)
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
        keep(opened.store, opened.job, opened.target) { (notebook, _) throws(StoreError) in
            var result = result
            if reference != nil {
                result.check.damage = try opened.store.reach(result.check.damage, of: opened.job)
            }
            try notebook.verified(level, result, of: reference)
        }
    }
}
