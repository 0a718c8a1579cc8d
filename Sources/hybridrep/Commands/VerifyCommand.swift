internal import ArgumentParser
internal import BackupStream
internal import Image
internal import OffsiteStore
internal import Platform
internal import Verify

/// Proves that points are intact.
struct VerifyCommand: ToolCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Prove a point, or every object of the job, and say what is damaged.")

    @OptionGroup var options: GlobalOptions
    @OptionGroup var overrides: OverrideOptions
    @OptionGroup var selection: StoreSelection
    @Argument(help: "A job of the configuration, or of the store that --store names.") var job: String
    @Argument(help: "latest, a generation, or a point's id; all points by default.") var point: String?
    @Flag(help: "Every object is there, and a sample of the packs is hashed (the default).") var quick = false
    @Flag(help: "Every byte is hashed, and the image is made again and compared with its digest.")
    var full = false

    var subject: String { "verify \(job)" + (point.map { " \($0)" } ?? "") }

    func validate() throws {
        guard !(quick && full) else { throw ValidationError("--quick and --full exclude each other") }
    }

    func perform(_ session: Session) throws -> Verdict {
        let wanted = try point.map { try PointSelection($0) }
        let opened = try selection.open(job: job, session, options, overrides)
        let generation = try wanted.map {
            try $0.find(try PointReader(opened.store, job: opened.job)).point.generation
        }
        let seed = try session.entropy.bytes(8)
        let label = "verify \(opened.job)"
        let result = try PointVerification(opened.store, job: opened.job, .host(session.files))
            .run(full ? .full : .quick, generation: generation, seed: seed.span.uint64(at: 0)) {
                session.console.progress(Progress(label: label, verification: $0))
            }
        try opened.store.close()
        report(result, session, opened)
        guard result.isGood else {
            throw CommandFailure(result, of: "job \(opened.job)" + (generation.map { " point \($0)" } ?? ""))
        }
        // The store is as it was written; what was written was damaged, by option.
        return result.rebuilt.contains { $0.health != .good } ? .degraded : .good
    }

    private func report(
        _ result: PointVerification.Result, _ session: Session, _ opened: StoreSelection.Opened
    ) {
        let check = result.check
        let console = session.console
        console.result(
            "\(check.points) points: \(check.presentObjects) of \(check.neededObjects) objects there, "
                + "\(check.hashedObjects) of \(check.objectsToHash) hashed (\(HumanQuantity.bytes(check.hashedBytes)))"
        )
        for point in result.rebuilt {
            let verdict = result.faults.isEmpty ? "digest matches" : "damaged"
            console.result(
                "image of point \(point.id) rebuilt: \(HumanQuantity.bytes(point.layout.length)), \(verdict)")
        }
        for finding in result.pages {
            let pages = finding.database.pages
            let name = finding.database.name.isEmpty ? "database" : finding.database.name
            console.result("\(name): \(pages.seen) pages checked, \(pages.bad + pages.correctable) bad")
        }
        console.result(
            JSONMessage(
                .summary, job: opened.job, target: opened.target,
                [
                    "level": .string(full ? "full" : "quick"), "points": .integer(check.points),
                    "objects_needed": .integer(check.neededObjects),
                    "objects_present": .integer(check.presentObjects),
                    "objects_to_hash": .integer(check.objectsToHash),
                    "objects_hashed": .integer(check.hashedObjects),
                    "bytes_hashed": .integer(check.hashedBytes),
                    "image_rebuilt": .optional(result.rebuilt.last?.id),
                    "bytes_rebuilt": .integer(result.rebuilt.reduce(0) { $0 + $1.layout.length }),
                    "damage": .array(
                        check.damage.map { damage in
                            .fields([
                                "object": .string(damage.object), "reason": .string(damage.reason),
                                "points": .array(damage.points.map { .integer(Int(clamping: $0)) }),
                            ])
                        }), "faults": .array(result.faults.map { .string($0) }), "good": .bool(result.isGood),
                ]))
    }
}
