/// The result of a pass over all pages of a database.
package struct PageReport: Equatable, Sendable, Encodable {
    /// Pages checked, the trailer included and the two headers not.
    package let seen: Int
    /// Never written, those of `notInitialized` left out.
    package let blank: Int
    package let good: Int
    /// These five count pages up to the owned end only.
    package let correctable: Int
    package let wrongNumber: Int
    package let badChecksum: Int
    /// Intact pages of which the flush map knows a later write.
    package let lostWrites: Int
    /// Blank pages that every database has.
    package let notInitialized: Int
    /// Pages after the owned end that fail: a warning, for the engine never reads them.
    package let badBehindEnd: Int
    package let ownedEnd: OwnedExtent.End
    /// Page slots in the file, the trailer not counted.
    package let slots: UInt32
    package let hasTrailer: Bool
    package let highestDbtime: UInt64
    package let highestDbtimePage: UInt32
    /// The first bad pages up to the owned end.
    package let bad: [BadPage]
    /// The first bad pages after it.
    package let behindEnd: [BadPage]
    package let flushMap: FlushMapUse
    /// True for a database that is being created.
    package let isNew: Bool

    /// Bad pages that count; correctable ones do.
    package var badCount: Int { correctable + wrongNumber + badChecksum + lostWrites + notInitialized }

    /// Pages that hold something or must.
    package var inUse: Int { good + badCount }

    /// Why the tree of owned extents cannot be what its engine left; nil where that is no more than unknown, or a bad page
    /// that is counted says it.
    package var treeFault: String? {
        guard !isNew, case .unknown(let problem) = ownedEnd, let code = problem.code else { return nil }
        return "\(code.label): \(problem)"
    }

    /// Owned pages that the file ends before, nil when it holds them all.
    package var truncated: ClosedRange<UInt32>? {
        guard let last = ownedEnd.lastPage, last > slots else { return nil }
        return slots + 1...last
    }

    /// True when pages were seen, none of those that count is bad, none is missing, and the space tree can be read.
    package var isGood: Bool { seen > 0 && badCount == 0 && truncated == nil && treeFault == nil }

    /// Warnings for the operator that are no damage of the database.
    package var warnings: [String] {
        var warnings: [String] = []
        if badBehindEnd > 0, let last = ownedEnd.lastPage {
            warnings.append(
                "\(badBehindEnd) \(badBehindEnd == 1 ? "slot" : "slots") with garbage after the end of the database at page \(last)"
            )
        }
        if case .unknown(let problem) = ownedEnd, treeFault == nil {
            warnings.append("the end of the database is unknown, so every slot counts: \(problem)")
        }
        if case .damaged(let problem) = flushMap {
            warnings.append("the flush map is damaged and was not used: \(problem)")
        }
        return warnings
    }
}

extension OwnedExtent.End: Encodable {
    /// The page number; null when it is unknown.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if let lastPage { try container.encode(lastPage) } else { try container.encodeNil() }
    }
}

extension PageVerdict {
    /// A stable word for machines.
    package var kind: String {
        switch self {
        case .blank: "blank"
        case .good: "good"
        case .correctable: "correctable"
        case .wrongNumber: "wrong_number"
        case .badChecksum: "bad_checksum"
        case .lostWrite: "lost_write"
        case .notInitialized: "not_initialized"
        }
    }
}
