internal import DeltaSync
internal import Platform

/// What can be done about points that somebody else than this host has put into a store; each command can be typed.
struct StrangerAdvice {
    private static let mostListed = 10

    let job: Name
    /// The words by which a command names the store, as in `--target vault`.
    let options: [String]
    /// How many points are there.
    let pointCount: Int

    /// Removes all of them at once.
    func forget(_ points: [UInt64]) -> String {
        let numbers = points.sorted().map(String.init)
        let more = 2 * numbers.count > pointCount ? ["--more-than-half"] : []
        return ShellQuote.posix(["hybridrep", "forget", "\(job)"] + numbers + more + options)
    }

    /// Verifies the newest of them.
    func verify(_ points: [UInt64]) -> String {
        ShellQuote.posix(["hybridrep", "verify", "\(job)", "\(points.max() ?? 0)", "--full"] + options)
    }

    /// `3 points (4, 5, 9)`.
    static func list(_ points: [UInt64]) -> String {
        let listed = points.prefix(mostListed).map(String.init).joined(separator: ", ")
        return points.count.counted("point") + " (\(listed)"
            + (points.count > mostListed ? " and \(points.count - mostListed) more" : "") + ")"
    }
}

extension KnownStrangers {
    /// Why each is doubted; nil where its store says that of it.
    var doubts: [UInt64: String?] {
        Dictionary(
            entries.map { entry in
                let reason: String? =
                    switch entry.kind {
                    case .unexamined: "not known to this host, and not examined"
                    case .foreign, .unbounded: nil
                    case .forged: entry.reason
                    }
                return (entry.generation, reason)
            }
        ) { $1 }
    }

    /// Those that are known to count for nobody, and those that nobody has examined.
    private var generations: (strange: [UInt64], unexamined: [UInt64]) {
        let strange = entries.filter { $0.kind != .unexamined }.map(\.generation)
        return (strange, entries.filter { $0.kind == .unexamined }.map(\.generation))
    }

    /// What is said of them each night; nil where there are none.
    func warning(at target: Name, _ advice: StrangerAdvice) -> String? {
        let (strange, unexamined) = generations
        let others = unexamined.isEmpty ? "" : "\(StrangerAdvice.list(unexamined)) that nobody has examined"
        guard let last = entries.last(where: { $0.kind != .unexamined }) else {
            guard !unexamined.isEmpty else { return nil }
            return
                "target \(target) still has \(others); look at the newest with: \(advice.verify(unexamined))"
        }
        return "target \(target) still has \(StrangerAdvice.list(strange)) that this host did not make"
            + (others.isEmpty ? "" : ", and \(others)")
            + ": \(last.reason); nothing builds on them; remove them with: \(advice.forget(strange))"
    }
}
