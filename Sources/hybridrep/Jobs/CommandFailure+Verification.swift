internal import OffsiteStore
internal import StoreFormat
internal import Verify

extension CommandFailure {
    private static let listed = 20

    /// A verification that found damage, or nothing to verify.
    ///
    /// - Parameters:
    ///   - place: What it takes from the newest point that needs it.
    ///   - hint: What can be done about it.
    init(
        _ result: PointVerification.Result, of what: String, _ place: DamageInPoint? = nil, hint: String?
    ) {
        let check = result.check
        guard check.points > 0, check.neededObjects > 0 else {
            self.init(.verification, "\(what): nothing to verify (0 of 0)")
            return
        }
        var details = check.damage.map { damage in
            let points = damage.points.map(String.init).joined(separator: ", ")
            return "\(damage.object): \(damage.reason)"
                + (points.isEmpty ? "" : " (needed by point\(damage.points.count == 1 ? "" : "s") \(points))")
        }
        details += result.faults
        if let place { details += place.parts.map { "point \(place.pointID) lacks \($0)" } }
        // Frames that no pack has are no objects that are needed by name: what held them is counted besides.
        let frames = check.damage.count { ObjectKey(path: $0.object) == nil }
        let all = check.neededObjects + frames
        let good = max(0, all - check.damage.count)
        let message =
            check.damage.isEmpty
            ? "\(what) is damaged: all of its \(all) objects are good, but an image made of them is not"
            : "\(what) is damaged: \(good) of \(all) objects are good"
        let more = details.count - Self.listed
        self.init(
            .verification, message,
            hint: hint,
            details: Array(details.prefix(Self.listed)) + (more > 0 ? ["… and \(more) more"] : []))
    }
}

extension Progress {
    init(label: String, verification: PointVerification.Progress) {
        switch verification {
        case .hashing(let report): self.init(label: label, doneBytes: report.hashedBytes)
        case .rebuilding(let done, let total): self.init(label: label, doneBytes: done, totalBytes: total)
        }
    }
}
