import OffsiteStore
import Platform
import Restore
import StoreAgent
import StoreFormat
import TestSupport
import Testing

/// A key that may only add does no harm: mixed attacks next to an honest nightly job.
@Suite struct HostileTests {
    /// Sessions of a course: a store that is attacked for ever has thousands of points.
    private static let sessionsPerCourse = 25
    /// 10,000 sessions in all.
    static let seeds = 0..<UInt64(400)

    @Test(
        "an honest job loses nothing to mixed attacks",
        .enabled(if: CrashTests.torture > 0, "set HYBRIDREP_TORTURE, or run script/torture"),
        arguments: seeds)
    func mixed(seed: UInt64) throws {
        var course = try HostileCourse(seed: seed)
        for _ in 0..<Self.sessionsPerCourse { try course.step() }
        #expect(course.findings == [])
    }

    @Test("no attack alone harms an honest job", arguments: Attack.allCases)
    func alone(attack: Attack) throws {
        for maker in [HonestJob.owner, HostileCourse.intruder] {
            var course = try HostileCourse(seed: 99)
            for _ in 0..<3 { try course.step(attack, by: maker) }
            #expect(course.findings == [], "\(attack) by \(maker)")
        }
    }
}

/// Nights of an honest job with an attack before each.
struct HostileCourse {
    static let intruder = Maker(Name.valid("intruder"))

    private let honest: HonestJob
    private let seed: UInt64
    private var random: SeededGenerator
    private var steps = 0
    /// Every harm that was done, in words.
    private(set) var findings: [String] = []

    init(seed: UInt64) throws {
        self.seed = seed
        random = SeededGenerator(seed: seed)
        honest = try HonestJob(seed: seed)
        for _ in 0..<3 { try honest.night() }
    }

    mutating func step() throws {
        let maker = random.next() % 2 == 0 ? HonestJob.owner : Self.intruder
        try step(Attack.allCases.randomElement(using: &random) ?? .shadow, by: maker)
    }

    /// An attack, a night, and now and then retention and collection; then everything must be there.
    mutating func step(_ attack: Attack, by maker: Maker?) throws {
        steps += 1
        var attacker = Attacker(honest, maker: maker, seed: random.next())
        let held = try attacker.run(attack)
        let first = night(attack)
        if let held {
            // While somebody holds the lock, a night is refused by that name.
            guard case .store(let error)? = first, error.kind == .locked else {
                return fail("\(attack): a night beside a held lock ended with \(String(describing: first))")
            }
            try? held.close()
        }
        if first != nil, let second = night(attack) { fail("\(attack): two nights failed: \(second)") }
        if steps % 5 == 0 {
            do { try honest.keep(4) } catch { fail("\(attack): retention or collection: \(error)") }
        }
        for harm in honest.lost() { fail("\(attack): \(harm)") }
    }

    private func night(_ attack: Attack) -> SyncError? {
        do {
            try honest.night()
            return nil
        } catch let error as SyncError { return error } catch { return .damaged("\(error)") }
    }

    private mutating func fail(_ text: String) { findings.append("step \(steps): \(text)") }
}
