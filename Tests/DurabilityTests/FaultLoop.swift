import Glibc
import Platform
import TestSupport

/// Fails one call after the other of a scenario, and has what is left looked at.
struct FaultLoop: Sendable, CustomStringConvertible {
    let description: String
    let effect: SimFault.Effect
    let kinds: Set<SimCall.Kind>
    var isSticky = false

    static let all: [FaultLoop] = [
        FaultLoop(description: "EIO", effect: .error(EIO), kinds: Set(SimCall.Kind.allCases)),
        FaultLoop(description: "EINTR", effect: .error(EINTR), kinds: Set(SimCall.Kind.allCases)),
        FaultLoop(
            description: "ENOSPC", effect: .tornWrite(ENOSPC),
            kinds: [.create, .makeFolder, .link, .rename, .write, .truncate, .lock, .sync]),
        FaultLoop(description: "short read", effect: .shortRead, kinds: [.read]),
    ].flatMap { loop in
        var sticky = loop
        sticky.isSticky = true
        return [loop, sticky]
    }

    static let syncs = FaultLoop(description: "EIO", effect: .error(EIO), kinds: [.sync, .syncFolder])
    static let writes = FaultLoop(description: "EIO", effect: .error(EIO), kinds: [.write])

    enum Host: CaseIterable, Sendable { case client, store }

    /// - Parameters:
    ///   - stride: Fails every so many calls.
    ///   - mutate: Changes what the program does to the store's disk.
    /// - Returns: How many calls were failed, and what did not hold.
    func run(
        _ scenario: Scenario, on host: Host, stride: Int = 1,
        mutate: (SimFS) -> any FileSystem = { $0 }
    ) throws -> (runs: Int, findings: [String]) {
        let fresh = try Hosts.fresh()
        let before = LedgerBook()
        try scenario.before(Program(fresh, before, seed: 1))
        let disks = fresh.disks.synced
        var runs = 0
        var findings: [String] = []
        for call in Swift.stride(from: 1, to: .max, by: stride) {
            let fault = SimFault(effect, at: call, of: kinds, isSticky: isSticky)
            let hosts = Hosts(
                disks, clientFault: host == .client ? fault : nil, storeFault: host == .store ? fault : nil)
            let book = LedgerBook(before.ledger)
            // Whatever it throws: what it did is looked at.
            try? scenario.steps(Program(hosts, book, seed: 2, store: mutate(hosts.store)))
            guard hosts.client.hits + hosts.store.hits > 0 else { break }
            runs += 1
            let place = "\(scenario): \(self)\(isSticky ? " from" : " at") call \(call) of the \(host)"
            findings += TraceLint.findings(in: hosts.store.trace).map { "\(place): \($0)" }
            do { try Survey.follow(left(hosts.disks, by: host, call), book.ledger, seed: 3, scenario) } catch
            {
                findings.append("\(place): \(error)")
            }
            if findings.count > 10 { break }
        }
        return (runs, findings)
    }

    /// The disks that the next run finds.
    ///
    /// One on which every call fails until the run's end is no disk to go on with: Linux mounts it read-only, and what it had
    /// not written is gone when it is mounted anew, as after a power cut.
    private func left(_ disks: Disks, by host: Host, _ call: Int) -> Disks {
        guard isSticky, case .error(EIO) = effect else { return disks }
        let model = LossModel.allCases[call % LossModel.allCases.count]
        var disks = disks
        switch host {
        case .client: disks.client = disks.client.crashed(model, seed: UInt64(call))
        case .store: disks.store = disks.store.crashed(model, seed: UInt64(call))
        }
        return disks
    }
}
