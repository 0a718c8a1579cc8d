internal import ESE
internal import Platform

extension SetInventory {
    /// The start of a file, read again while it is not what the name promises.
    ///
    /// - Parameters:
    ///   - start: What the first reading gave.
    ///   - wantsDatabase: False when databases here are none of the set's.
    /// - Returns: Nil when there is nothing to mend, or it stayed as it was.
    func healed(
        _ start: [UInt8], of file: WatchedFile, _ name: String, wantsDatabase: Bool
    ) throws(BackupError) -> [UInt8]? {
        guard let patience = patience(with: start, name, wantsDatabase: wantsDatabase) else { return nil }
        var bytes: [UInt8]?
        let isHealed = try patience.retry { () throws(BackupError) in
            bytes = try file.uncachedBytes(at: 0, count: FileKind.prefixBytes)
            return bytes.map { Self.isWhole($0, name) } ?? false
        }
        return isHealed ? bytes : nil
    }

    /// True for a log by its name whose header does not show one: what it is, its neighbours tell.
    func isUndecided(_ name: String, _ prefix: [UInt8]) -> Bool {
        patience != nil && !prefix.isEmpty && LogName(name)?.isWritten == true
            && FileKind.sniff(prefix.span) == .other
    }

    /// How often such a start is read again; nil for never.
    private func patience(with prefix: [UInt8], _ name: String, wantsDatabase: Bool) -> ReadPatience? {
        guard let patience, !prefix.isEmpty, !Self.isWhole(prefix, name) else { return nil }
        let kind = FileKind.sniff(prefix.span)
        // One good header of two is what a crash leaves as well.
        if kind == .database { return wantsDatabase ? doubtful : nil }
        if Self.claim(of: name, kind, prefix.span) != nil { return wantsDatabase ? patience : nil }
        guard let log = LogName(name), log.isWritten else { return nil }
        // Many programs name their logs so: only next to a log of the same stream it is likely to be one.
        let isStream = logFacts.contains { fact in
            fact.signature != nil && LogName(fact.name)?.isSameStream(as: log) == true
        }
        return isStream ? patience : doubtful
    }

    private static func isWhole(_ prefix: [UInt8], _ name: String) -> Bool {
        switch FileKind.sniff(prefix.span) {
        case .other: false
        case .unwritten: !DatabaseClaim.isNamed(name)
        // A header that can be read and is of no known format will not get better.
        case .database: (try? HeaderPair.find(in: prefix.span)).map { $0.state == .good } ?? true
        default: true
        }
    }
}
