internal import OffsiteStore
internal import Platform
internal import Verify

extension DamageInPoint {
    /// That of the newest point which needs a damaged pack; nil where none does, or it cannot be told.
    init?(
        newestOf result: PointVerification.Result, _ opened: StoreSource.Opened, _ repository: Repository,
        _ session: CommandContext
    ) {
        let damage = result.check.damage.filter { $0.object.hasSuffix(".pack") }
        guard let generation = damage.flatMap(\.points).max() else { return nil }
        do {
            let point = try repository.point(generation).point
            try self.init(damage, in: point, of: repository, .host(session.files))
        } catch {
            session.console.warning(
                "which bytes of point \(generation) are damaged is unknown: \(error)", job: opened.job,
                target: opened.target)
            return nil
        }
    }
}
