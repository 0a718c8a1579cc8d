internal import Image
internal import OffsiteStore
internal import Platform
internal import StoreAgent
internal import StoreFormat
internal import Verify

/// Looks at one target: who answers there, what it has of the job, and whether there is room.
struct TargetCheck {
    /// Clocks that differ by more make times in lists misleading.
    private static let mostSkewSeconds: Int64 = 60

    let context: JobContext
    let target: TargetConfiguration

    private var name: Name { target.name }
    private var job: Name { context.job.name }
    private var clock: any Clock { context.session.clock }

    /// - Parameter image: Is told the bytes of the newest full there.
    func findings(image: (Int) -> Void) -> [Finding] {
        var findings: [Finding] = []
        let before = clock.now
        do {
            let place = try context.connection.place(target, lanes: 1)
            let store = context.connection.named(TargetConnection.limited(place, target), target)
            let after = clock.now
            if let agent = place as? AgentStore {
                findings.append(.good("connection", name, "\(store.label), logged in"))
                findings += [version(agent.agent), skew(agent, before...after)]
            }
            let repository = try Repository(store, job: job)
            findings.append(.good("store", name, "\(store.label) has the job \(job)"))
            // What the next run reads: the lists of objects, the newest point, and the notes.
            for kind in [ObjectKind.pack, .map, .index] { _ = try store.list(kind, job: job) }
            _ = try JobEvidence(reading: repository)
            findings += try StoreCheckup(job: job, target: name, place: place, repository: repository)
                .findings()
            findings += try BaseCheck(context: context, target: name, repository: repository).findings()
            let newest = try repository.generations().last.flatMap { try repository.undamaged($0)?.point }
            if let newest, newest.kind == .full { image(newest.layout.length) }
            findings.append(room(try store.space(), newest))
            try store.close()
        } catch {
            let isThere = (error as? StoreError)?.kind == .notFound
            findings.append(
                .failed(
                    isThere ? "store" : "connection", name, error,
                    otherwise: isThere
                        ? "hybridrep init \(name)" : "hybridrep list \(job) --target \(name) --verbose"))
        }
        return findings
    }

    private func version(_ agent: Dialect) -> Finding {
        guard agent.toolVersion != ToolVersion.current else {
            return .good("version", name, "hybridrep \(agent.toolVersion), as here")
        }
        return .warning(
            "version", name, "hybridrep \(agent.toolVersion) there, \(ToolVersion.current) here",
            next: "install the newer one at both ends; each prints its own with: hybridrep version")
    }

    /// The far end read its clock between two readings of ours.
    private func skew(_ agent: AgentStore, _ ours: ClosedRange<Timestamp>) -> Finding {
        guard let theirs = agent.agentTime else {
            return .warning(
                "clock", name, "unknown: the far end has not sent its time",
                next: "compare, here and there: date -u")
        }
        let apart = max(
            ours.lowerBound.seconds - theirs.seconds, theirs.seconds - ours.upperBound.seconds, 0)
        guard apart > Self.mostSkewSeconds else { return .good("clock", name, "it agrees with this host's") }
        let way = theirs < ours.lowerBound ? "behind" : "ahead of"
        return .warning(
            "clock", name,
            "it is \(HumanQuantity.duration(milliseconds: Int(apart) * 1000)) \(way) this host's",
            next: "check which one is right, here and there: timedatectl status")
    }

    private func room(_ space: SpaceStatus, _ newest: Point?) -> Finding {
        let check = "space"
        let free =
            "\(HumanQuantity.bytes(space.availableBytes)) free of \(HumanQuantity.bytes(space.totalBytes))"
            + (space.isQuota ? ", its quota" : "")
        let more =
            (space.isQuota
                ? "raise the quota (of the target here, of serve at the far end)"
                : "give the store more disk")
            + ", or keep fewer points; see them with: hybridrep list \(job) --target \(name)"
        let wanted = newest.map(\.counts.shippedBytes) ?? 0
        let text = newest == nil ? free : "\(free); the newest point took \(HumanQuantity.bytes(wanted))"
        // What a push asks for at once.
        guard space.holds(max(wanted, space.reservedBytes)) else {
            return .failed(space.isQuota ? .refused : .noSpace, check, name, text, next: more)
        }
        if space.isScarce { return .warning(check, name, text, next: more) }
        return .good(check, name, text)
    }
}
