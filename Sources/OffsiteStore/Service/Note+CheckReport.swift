package import StoreFormat

extension Note.Damage {
    /// Most objects that a note names; the rest is one entry.
    private static let namedCount = 200

    /// Lists the damage that a check has found, as a note has it.
    package static func list(_ found: [CheckReport.Damage]) -> [Self] {
        var list = found.prefix(namedCount).map {
            Self(object: $0.object, reason: $0.reason, points: GenerationRanges($0.points))
        }
        let rest = found.dropFirst(namedCount)
        guard !rest.isEmpty else { return list }
        let points = Set(rest.flatMap(\.points))
        list.append(
            Self(
                object: "\(rest.count) more objects", reason: "too many to be named",
                points: GenerationRanges(points)))
        return list
    }
}
