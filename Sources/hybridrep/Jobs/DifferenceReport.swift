internal import Image
internal import OffsiteStore
internal import Platform
internal import Restore
internal import StoreFormat
internal import Verify

/// What differs between two points, for people and for programs.
struct DifferenceReport {
    private typealias Kind = ImageDifference.Kind
    /// Stretches that a line for people names.
    private static let shownStretches = 6
    private static let kinds: [Kind] = [.changed, .added, .removed, .moved]
    private let outcome: PointDifference.Outcome
    private let members: [ImageDifference.Member]
    /// Of what lies between the members of a tar.
    private let structure: ImageDifference.Tally

    init(_ outcome: PointDifference.Outcome) {
        self.outcome = outcome
        members = outcome.difference.members.filter { $0.key.kind == .data }
        var structure = ImageDifference.Tally()
        for member in outcome.difference.members where member.key.kind == .structure {
            structure.add(member.tally)
        }
        self.structure = structure
    }

    var lines: [String] {
        let total = outcome.difference.total
        let heading = "from point \(outcome.old.point.id) to \(outcome.new.point.id)"
        guard !total.isUnchanged else { return ["\(heading): nothing changed"] }
        var table = Table([
            .init("MEMBER"), .init("BYTES", .right), .init("CHANGED", .right), .init("ADDED", .right),
            .init("REMOVED", .right), .init("MOVED", .right), .init("WHERE"),
        ])
        let different = members.filter { !$0.tally.isUnchanged || $0.before == nil || $0.after == nil }
        for member in different {
            let length = (member.after ?? member.before)?.length ?? 0
            let name = member.key.name.isEmpty ? "image" : member.key.name
            table.add([name, HumanQuantity.bytes(length)] + Self.cells(member.tally) + [places(of: member)])
        }
        if !structure.isUnchanged { table.add(["(tar)", ""] + Self.cells(structure) + [""]) }
        table.add(["total", HumanQuantity.bytes(outcome.new.point.layout.length)] + Self.cells(total) + [""])
        let same = members.count - different.count
        return ["\(heading), in blocks:"] + table.lines
            + (same > 0 ? [same == 1 ? "1 member is unchanged" : "\(same) members are unchanged"] : [])
            + treeLines
    }

    private static func cells(_ tally: ImageDifference.Tally) -> [String] {
        kinds.map { kind in
            let amount = tally[kind]
            return amount.blocks == 0 ? "-" : "\(amount.blocks) (\(HumanQuantity.bytes(amount.bytes)))"
        }
    }

    /// `new`, `gone`, `pages 12-15, 40 and 7 more stretches`.
    private func places(of member: ImageDifference.Member) -> String {
        if member.before == nil { return "new" }
        if member.after == nil { return "gone" }
        let isDatabase = outcome.databases.contains(member.key.name)
        let shown = member.stretches.prefix(Self.shownStretches).map { stretch in
            let first = Self.number(stretch.blocks.lowerBound, isDatabase)
            let last = Self.number(stretch.blocks.upperBound - 1, isDatabase)
            return first == last ? first : "\(first)-\(last)"
        }
        let more = member.stretches.count - shown.count + member.stretchesLeftOut
        return (isDatabase ? "pages " : "blocks ") + shown.joined(separator: ", ")
            + (more > 0 ? " and \(more) more" : "")
    }

    /// A database's pages are counted from 1, behind its two headers.
    private static func number(_ block: Int, _ isDatabase: Bool) -> String {
        guard isDatabase else { return "\(block)" }
        return block < 2 ? (block == 0 ? "header" : "shadow") : "\(block - 1)"
    }

    private var treeLines: [String] {
        guard let trees = outcome.trees, !trees.isEmpty else { return [] }
        var table = Table([
            .init("DATABASE"), .init("TREE", .right), .init("CHANGED", .right), .init("GAINED", .right),
            .init("LOST", .right),
        ])
        for (name, found) in trees.sorted(by: { $0.key < $1.key }) {
            for tree in found.trees {
                table.add([name, "\(tree.objectID)", "\(tree.changed)", "\(tree.gained)", "\(tree.lost)"])
            }
        }
        let leftOut = trees.values.reduce(0) { $0 + $1.pagesLeftOut }
        return ["", "pages of each tree (objidFDP):"] + table.lines
            + (leftOut > 0 ? ["\(leftOut) pages were not examined: there are too many"] : [])
    }
}

// MARK: for programs

extension DifferenceReport {
    func message(_ opened: StoreSource.Opened) -> JSONMessage {
        let total = outcome.difference.total
        return JSONMessage(
            .summary, job: opened.job, target: opened.target,
            fields: JSONValue.list([
                "from_point_id": .string(outcome.old.point.id), "to_point_id": .string(outcome.new.point.id),
                "bytes_before": .integer(outcome.old.point.layout.length),
                "bytes_after": .integer(outcome.new.point.layout.length),
            ]) + Self.amounts(total)
                + JSONValue.list([
                    "structure": .object(Self.amounts(structure)),
                    "members": .array(members.map(json)),
                    "trees": outcome.trees.map(Self.json) ?? .null,
                    "bytes_received": .integer(opened.store.traffic.receivedBytes),
                ]))
    }

    /// `blocks_changed`, `bytes_changed` and so on.
    private static func amounts(_ tally: ImageDifference.Tally) -> [JSONValue.Field] {
        ImageDifference.Kind.allCases.flatMap { kind in
            JSONValue.list([
                "blocks_\(kind.rawValue)": .integer(tally[kind].blocks),
                "bytes_\(kind.rawValue)": .integer(tally[kind].bytes),
            ])
        }
    }

    private func json(_ member: ImageDifference.Member) -> JSONValue {
        .object(
            JSONValue.list([
                "name": .string(member.key.name),
                "is_database": .bool(outcome.databases.contains(member.key.name)),
                "length_before": member.before.map { .integer($0.length) } ?? .null,
                "length_after": member.after.map { .integer($0.length) } ?? .null,
                "block_size": .integer((member.after ?? member.before)?.blockSize ?? 0),
            ]) + Self.amounts(member.tally)
                + JSONValue.list([
                    "stretches": .array(
                        member.stretches.map { stretch in
                            .fields([
                                "kind": .string(stretch.kind.rawValue),
                                "first_block": .integer(stretch.blocks.lowerBound),
                                "blocks": .integer(stretch.blocks.count),
                            ])
                        }), "stretches_left_out": .integer(member.stretchesLeftOut),
                ]))
    }

    private static func json(_ trees: [String: ChangedTrees]) -> JSONValue {
        .array(
            trees.sorted { $0.key < $1.key }.map { name, found in
                .fields([
                    "database": .string(name), "pages_left_out": .integer(found.pagesLeftOut),
                    "trees": .array(
                        found.trees.map { tree in
                            .fields([
                                "object_id": .integer(Int(tree.objectID)),
                                "pages_changed": .integer(tree.changed),
                                "pages_gained": .integer(tree.gained), "pages_lost": .integer(tree.lost),
                            ])
                        }),
                ])
            })
    }
}
