internal import BackupStream
internal import DeltaSync
internal import Image
internal import Platform
internal import StoreFormat

/// Looks whether the spool has room for the images it will hold.
struct SpoolCheck {
    let context: JobContext

    /// - Parameter imageBytes: Of an image in a store, where the spool has none.
    func finding(imageBytes: Int?) -> Finding {
        let check = "spool"
        let job = context.job.name
        do {
            let spool = context.spool()
            let present = try spool.entries().compactMap(\.imagePath).compactMap {
                try context.session.files.status($0)?.length
            }
            let space = try spool.space()
            let free =
                "\(spool.folder), \(HumanQuantity.bytes(space.availableBytes)) free"
                + (try spool.isThere() ? "" : ", which the first run makes")
            if context.job.keepBase.value == .none { return .good(check, nil, "\(free); it keeps no images") }
            guard let size = present.max() ?? imageBytes else {
                return .warning(
                    check, nil, "\(free); image size unknown, because there is none yet",
                    next: "hybridrep backup \(job)")
            }
            let count = context.job.spoolKeep.value + (try behind(spool)) + 1
            let (wanted, isEndless) = size.multipliedReportingOverflow(by: count)
            let missing = isEndless ? .max : max(0, wanted - present.reduce(0, +))
            let text =
                "\(free); \(count) images of \(HumanQuantity.bytes(size)) want \(HumanQuantity.bytes(missing)) more"
            let next =
                "give it more disk or a smaller spool keep; see: df -h \(ShellQuote.posix(spool.folder))"
            if space.availableBytes >= missing { return .good(check, nil, text) }
            return space.availableBytes < size
                ? .failed(.noSpace, check, nil, text, next: next) : .warning(check, nil, text, next: next)
        } catch { return .failed(check, nil, error, otherwise: "hybridrep config show") }
    }

    /// Targets that have not got the newest image: the spool holds another one for each.
    private func behind(_ spool: Spool) throws -> Int {
        guard let identity = context.state.job(), let newest = try spool.newest() else { return 0 }
        let digest = try spool.signature(of: newest, job: identity.id).digest
        return context.job.targets.value.filter { name in
            context.state.target(name)?.bases.contains { $0.image == digest } != true
        }.count
    }
}
