internal import ArgumentParser
internal import OffsiteStore
internal import Verify

/// How much a verification reads.
struct VerifyLevel: ParsableArguments {
    @Flag(help: "Check that every object exists and hash a sample of the packs (the default).") var quick =
        false
    @Flag(help: "Hash every byte, rebuild the image and compare it with its digest.")
    var full = false
    @Option(
        help: ArgumentHelp(
            "Check that every object exists and hash this share of the bytes, those read longest ago first.",
            valueName: "percent"))
    var sample: String?
    @Option(
        help: ArgumentHelp(
            "Like --sample, but for this time, as in 20m; can be combined with --sample.", valueName: "time"))
    var budget: TimeSpan?

    var readsAPart: Bool { sample != nil || budget != nil }

    var choice: CheckRequest.Level { full ? .full : readsAPart ? .part : .quick }

    var part: PointVerification.Part? {
        guard readsAPart else { return nil }
        return .init(share: sample.flatMap(Self.share) ?? 1, seconds: budget?.seconds)
    }

    func validate() throws {
        let asked = [quick, full, readsAPart].count { $0 }
        guard asked <= 1 else {
            throw ValidationError("--quick, --full, and --sample or --budget exclude each other")
        }
        if let sample, Self.share(sample) == nil {
            throw ValidationError("--sample \(sample) is not a share: as in 5%, above 0 up to 100")
        }
        if let budget, budget.seconds == 0 { throw ValidationError("--budget 0s reads nothing") }
    }

    /// `5%`, `2.5` or `100%`.
    private static func share(_ text: String) -> Double? {
        let number = Double(text.hasSuffix("%") ? String(text.dropLast()) : text)
        guard let number, number > 0, number <= 100 else { return nil }
        return number / 100
    }
}
