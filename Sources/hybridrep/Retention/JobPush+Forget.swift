internal import Logging
internal import OffsiteStore
internal import Platform

extension JobPush {
    /// Has a target forget what its rules let go, after a point that is good and proved.
    ///
    /// In a session of its own: the one that pushes may only add. A failure is a warning, as all that is there stays. A key
    /// that may only add is no failure: retention is the store's own host's then.
    func forget(at target: TargetConfiguration) -> ExitStatus {
        let (session, job) = (context.session, context.job.name)
        guard let rules = context.keepRules(at: target) else { return .good }
        do {
            let store = try context.connection.open(target, lanes: 1, mayForget: true)
            let forgetting = PointForgetting(store: store, job: job, maker: session.maker)
            let fates = try forgetting.carryOut(try forgetting.fates(by: rules))
            try store.close()
            let summary = ForgetSummary(job: job, target: target.name, fates: fates, isTrial: false)
            if !fates.allSatisfy(\.stays) { session.console.news(summary.line) }
            session.console.result(summary.message)
            return .good
        } catch let error as StoreError where error.isOfAppendOnlyKey {
            session.logger.info(
                "\(job): \(target.name) forgets by its own rules, because this key may only add")
            return .good
        } catch {
            let failure = CommandFailure(wrapping: error)
            session.console.warning(
                "\(job): nothing is forgotten at \(target.name): \(failure.line)", job: job,
                target: target.name)
            return .degraded
        }
    }
}
