package import Platform

/// Identifies the source of a point: path or command, host and machine.
///
/// Two hosts that use one job name would make one chain of two databases; this tells them apart.
package struct SourceOrigin: Equatable, Sendable {
    package let source: ImageManifest.Source

    package init(_ source: ImageManifest.Source) { self.source = source }

    /// Of a point's facts; nil for facts that are not those of a point read at this time.
    package init?(facts: [UInt8], of sourceTime: Timestamp) {
        guard let summary = try? ManifestSummary(parsing: facts),
            Timestamp(rfc3339: summary.sourceTime) == sourceTime
        else { return nil }
        source = summary.source
    }

    /// `file /x/a.bak on alpha`.
    package var description: String { "\(source.kind) \(source.label) on \(source.hostName)" }

    /// Why this is not where an older point comes from; nil where it is.
    ///
    /// - Parameter isKnown: This host has made the older point: then the machine may have changed since.
    package func difference(from older: SourceOrigin, isKnown: Bool) -> String? {
        let (new, old) = (source, older.source)
        guard new.hostName == old.hostName else { return older.description }
        // A source given on the command line does not identify the job.
        if new.isGiven != true, old.isGiven != true, new.kind != old.kind || new.label != old.label {
            return older.description
        }
        if isKnown { return nil }
        let pairs = [(new.machine, old.machine), (new.hardware, old.hardware)]
        let isAnother = pairs.contains { pair in
            if let new = pair.0, let old = pair.1 { new != old } else { false }
        }
        return isAnother ? older.description + ", another machine of that name" : nil
    }
}

extension Timestamp {
    /// RFC 3339 with as much of a fraction as there is: `2026-11-22T02:00:04.25Z`.
    var precise: String {
        let rest = nanoseconds % 1_000_000_000
        let fraction = rest < 0 ? rest + 1_000_000_000 : rest
        guard fraction != 0 else { return description }
        var digits = String(fraction)
        digits = String(repeating: "0", count: 9 - digits.count) + digits
        while digits.hasSuffix("0") { digits.removeLast() }
        return "\(description.dropLast()).\(digits)Z"
    }
}
