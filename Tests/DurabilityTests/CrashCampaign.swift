import Platform
import TestSupport

/// Crashes a scenario at its calls, and has what is left looked at.
struct CrashCampaign {
    /// Which hosts lose power; a program whose host does not is killed.
    enum Victims: CaseIterable, Sendable { case none, client, store, both }

    /// States that were made, and those among them that differ from each other.
    private(set) var states = 0
    private(set) var looks = 0
    private(set) var findings: [String] = []
    private var seen: Set<UInt64> = []
    private var generator: SeededGenerator
    /// Changes what the program does to the disk.
    var mutate: @Sendable (Hosts) -> (client: any FileSystem, store: any FileSystem) = {
        ($0.client, $0.store)
    }

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    /// Crashes a scenario at every call.
    ///
    /// - Parameters:
    ///   - share: One in so many states, chosen by the seed.
    ///   - nested: One in so many next runs is crashed at its calls as well.
    mutating func run(_ scenario: Scenario, seeds: Int, share: UInt64 = 1, nested: UInt64 = .max) throws {
        seen = []
        for (number, moment) in try record(scenario).enumerated() {
            crash(moment, scenario, "\(scenario), call \(number)", seeds: seeds, share, nested)
            if findings.count > 20 { return }
        }
    }

    /// Looks for one crash of one host after which something does not hold, from the last call on it backwards.
    mutating func search(_ scenario: Scenario, _ victims: Victims) throws {
        let models: [LossModel] = [.everything, .subset] + Array(repeating: .contents, count: 6)
        for (number, moment) in try record(scenario).enumerated().reversed() {
            let host = victims == .store ? UInt64(moment.storeCalls) : UInt64(moment.clientCalls)
            guard seen.insert(host).inserted else { continue }
            for model in models {
                let disks = moment.disks.crashed(victims, model, generator.next())
                guard seen.insert(key(disks, moment, victims)).inserted else { continue }
                do { try Survey.follow(disks, moment.ledger, seed: 3, scenario) } catch {
                    return findings.append("\(scenario), call \(number), \(victims) lose \(model): \(error)")
                }
            }
        }
    }

    private func record(_ scenario: Scenario) throws -> [Moment] {
        let fresh = try Hosts.fresh()
        let book = LedgerBook()
        try scenario.before(Program(fresh, book, seed: 1))
        let hosts = Hosts(fresh.disks)
        let recorder = Recorder(hosts, book)
        let (client, store) = mutate(hosts)
        try scenario.steps(Program(hosts, book, seed: 2, client: client, store: store))
        return recorder.end()
    }

    private mutating func crash(
        _ moment: Moment, _ scenario: Scenario, _ place: String, seeds: Int, _ share: UInt64,
        _ nested: UInt64
    ) {
        for victims in Victims.allCases {
            for model in LossModel.allCases {
                for _ in 0..<(model == .everything || victims == .none ? 1 : seeds) {
                    let seed = generator.next()
                    if victims == .none, model != .everything { continue }
                    guard generator.next() % share == 0 else { continue }
                    states += 1
                    let disks = moment.disks.crashed(victims, model, seed)
                    guard seen.insert(key(disks, moment, victims)).inserted else { continue }
                    looks += 1
                    let isNested = generator.next() % nested == 0
                    do {
                        let moments = try Survey.follow(
                            disks, moment.ledger, seed: seed, scenario, recording: isNested)
                        if isNested {
                            for next in moments {
                                crash(next, scenario, place + " and again", seeds: 1, 1, .max)
                            }
                        }
                    } catch {
                        findings.append("\(place), \(victims) lose \(model) (seed \(seed)): \(error)")
                    }
                }
            }
        }
    }

    /// Tells states apart: what a host has on its disk, or where its program was killed.
    private func key(_ disks: Disks, _ moment: Moment, _ victims: Victims) -> UInt64 {
        let client =
            [.client, .both].contains(victims) ? disks.client.checkValue : UInt64(moment.clientCalls)
        let store = [.store, .both].contains(victims) ? disks.store.checkValue : UInt64(moment.storeCalls)
        var writer = ByteWriter()
        let ledger = moment.ledger
        for value in [client, store] { writer.uint64(value) }
        for count in [
            ledger.committed.count, ledger.attempted.count, ledger.restored.count, ledger.restoring.count,
            ledger.isJobMade ? 1 : 0, ledger.forgetting.count,
        ] {
            writer.uint64(count)
        }
        return CheckValue.of(writer.bytes.span)
    }
}

extension Disks {
    func crashed(_ victims: CrashCampaign.Victims, _ model: LossModel, _ seed: UInt64) -> Disks {
        var disks = self
        if victims == .client || victims == .both { disks.client = client.crashed(model, seed: seed) }
        if victims == .store || victims == .both { disks.store = store.crashed(model, seed: seed &+ 1) }
        return disks
    }
}

extension SimDisk {
    /// Of all that programs see.
    var checkValue: UInt64 {
        var writer = ByteWriter()
        for (path, bytes) in contents.sorted(by: { $0.key < $1.key }) {
            writer.append(Array(path.utf8))
            writer.uint64(bytes.map { CheckValue.of($0.span) } ?? 0)
        }
        return CheckValue.of(writer.bytes.span)
    }
}
