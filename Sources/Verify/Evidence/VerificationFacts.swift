internal import BackupStream
package import OffsiteStore
package import Platform
internal import StoreFormat

/// Says how much a verification read, as JSON in its note with names in snake case.
///
/// Damage is in the note itself.
package struct VerificationFacts: Codable, Equatable, Sendable {
    /// `quick`, `part` or `full`.
    package var level: String
    package var points = 0
    package var objectsNeeded = 0
    package var objectsPresent = 0
    package var objectsHashed = 0
    package var bytesHashed = 0
    package var damagedObjects = 0
    /// The point whose image was made again.
    package var rebuilt: String?
    /// The number of faults of that image.
    package var faultCount = 0

    package init(_ level: CheckRequest.Level, _ result: PointVerification.Result) {
        self.level = level.word
        let check = result.check
        points = check.points
        objectsNeeded = check.neededObjects
        objectsPresent = check.presentObjects
        objectsHashed = check.hashedObjects
        bytesHashed = check.hashedBytes
        damagedObjects = check.damage.count
        rebuilt = result.rebuilt.last?.id
        faultCount = result.faults.count
    }

    package init(parsing bytes: [UInt8]) throws(FormatError) {
        self = try FactsJSON.decode(Self.self, bytes, of: "verification")
        let counts = [
            points, objectsNeeded, objectsPresent, objectsHashed, bytesHashed, damagedObjects, faultCount,
        ]
        guard counts.allSatisfy({ (0...1 << 53).contains($0) }) else {
            throw .badField(field: "verification", offset: 0)
        }
    }

    package var json: [UInt8] { FactsJSON.encode(self, isPretty: false) }
}

extension CheckRequest.Level {
    /// As in `--full`.
    package var word: String {
        switch self {
        case .quick: "quick"
        case .full: "full"
        case .base: "base"
        case .part: "part"
        }
    }
}
