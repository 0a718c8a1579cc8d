internal import BackupStream
package import OffsiteStore
package import Platform

/// What a verification looked at and found, as its note keeps it: JSON with names in snake case.
package struct VerificationFacts: Codable, Equatable, Sendable {
    package struct Damage: Codable, Equatable, Sendable {
        package var object: String
        package var reason: String
        package var points: [UInt64]
    }
    /// Damaged objects that are kept by name.
    package static let maximumDamage = 200
    /// Points that are kept with each.
    private static let maximumPoints = 200

    /// `quick`, `part` or `full`.
    package var level: String
    package var points = 0
    package var objectsNeeded = 0
    package var objectsPresent = 0
    package var objectsHashed = 0
    package var bytesHashed = 0
    package var damagedObjects = 0
    package var damage: [Damage] = []
    /// The point whose image was made again.
    package var rebuilt: String?
    package var faults: [String] = []

    package init(_ level: CheckRequest.Level, _ result: PointVerification.Result) {
        self.level = level.word
        let check = result.check
        points = check.points
        objectsNeeded = check.neededObjects
        objectsPresent = check.presentObjects
        objectsHashed = check.hashedObjects
        bytesHashed = check.hashedBytes
        damagedObjects = check.damage.count
        damage = check.damage.prefix(Self.maximumDamage).map {
            Damage(object: $0.object, reason: $0.reason, points: Array($0.points.prefix(Self.maximumPoints)))
        }
        rebuilt = result.rebuilt.last?.id
        faults = Array(result.faults.prefix(Self.maximumDamage))
    }

    package init(parsing bytes: [UInt8]) throws(FormatError) {
        self = try FactsJSON.decode(Self.self, bytes, of: "verification")
        let counts = [points, objectsNeeded, objectsPresent, objectsHashed, bytesHashed, damagedObjects]
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
