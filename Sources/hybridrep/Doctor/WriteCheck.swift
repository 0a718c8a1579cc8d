internal import Platform

/// Looks whether the next run can write where it will.
struct WriteCheck {
    private static let check = "writable"
    let context: JobContext

    var findings: [Finding] {
        let job = context.job
        var places = [context.configuration.state.value, job.spoolDirectory.value]
        places += [job.rehearsal.scratch.value].compactMap { $0 }
        var seen: Set<String> = []
        return places.flatMap { place in
            // What the next run makes is made in the folder above it.
            let folder = isThere(place) ? place : PathText.folder(of: place)
            let own = isThere(place) ? ["\(place)/\(job.name)"].filter(isThere) : []
            return ([folder] + own).filter { seen.insert($0).inserted }.map { Self.finding($0, nil) }
        }
    }

    /// Of a store in a folder of this host.
    func findings(_ target: TargetConfiguration) -> [Finding] {
        guard case .directory(let store) = target.kind, isThere(store.value) else { return [] }
        let folder = "\(store.value)/jobs/\(context.job.name)"
        let places =
            [folder] + ["points", "packs", "maps", "index", "notes", "tmp"].map { "\(folder)/\($0)" }
        let refusals = places.filter(isThere).compactMap { PathAccess.refusalToWrite($0) }
        guard let refusal = refusals.first else {
            return [.good(Self.check, target.name, store.value)]
        }
        return [Self.failed(refusal, target.name)]
    }

    private func isThere(_ path: String) -> Bool {
        ((try? context.session.files.status(path)) ?? nil) != nil
    }

    private static func finding(_ path: String, _ target: Name?) -> Finding {
        guard let refusal = PathAccess.refusalToWrite(path) else { return .good(check, target, path) }
        return failed(refusal, target)
    }

    private static func failed(_ refusal: SystemError, _ target: Name?) -> Finding {
        let path = ShellQuote.posix(refusal.path)
        return .failed(
            .failure, check, target, "\(refusal)",
            next: refusal.isReadOnly ? "findmnt -T \(path)" : "ls -ld \(path)")
    }
}
