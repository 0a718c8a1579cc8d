package import BackupStream
package import OffsiteStore
package import Platform
package import StoreFormat

/// The result of one rehearsal, as its note has it: JSON with names in snake case.
///
/// Later versions add fields and never change one.
package struct RehearsalEvidence: Codable, Equatable, Sendable {
    /// The state of a database after the restore.
    package struct Database: Codable, Equatable, Sendable {
        /// Empty for a raw image, and where it is not known.
        package var name: String
        package var pagesChecked: Int
        package var pagesBad: Int
        /// Nil where they were not counted.
        package var pagesInUse: Int?
        package var pagesBlank: Int?
        /// The verdict on its recovery by logs; nil if no set was restored.
        package var logVerdict: String?
        package var faults: [String]

        package init(
            name: String, pagesChecked: Int = 0, pagesBad: Int = 0, pagesInUse: Int? = nil,
            pagesBlank: Int? = nil, logVerdict: String? = nil, faults: [String] = []
        ) {
            self.name = name
            self.pagesChecked = pagesChecked
            self.pagesBad = pagesBad
            self.pagesInUse = pagesInUse
            self.pagesBlank = pagesBlank
            self.logVerdict = logVerdict
            self.faults = faults
        }

        package var use: PageUse? {
            pagesInUse.map { PageUse(inUse: $0, blank: pagesBlank ?? 0) }
        }
    }

    /// The user's command.
    package struct Command: Codable, Equatable, Sendable {
        package enum End: String, Codable, Sendable {
            case good
            /// It ended with another status than 0, or by a signal.
            case failed
            case notStarted = "not_started"
            case tookTooLong = "took_too_long"
        }
        /// As it was run.
        package var line: String
        package var end: End
        package var exitStatus: Int?
        package var seconds = 0.0
        /// The last that it wrote, as it wrote it: whoever shows it makes it fit for a terminal.
        package var said: String

        package init(line: String, end: End = .notStarted, said: String = "") {
            self.line = line
            self.end = end
            self.said = said
        }
    }

    /// Most databases, faults of each, and bytes of a text that are kept.
    private static let (mostDatabases, mostFaults, mostBytes) = (100, 4, 500)

    package var pointId: String
    package var generation: UInt64
    package var kind: String
    /// RFC 3339 in UTC.
    package var started: String
    package var restoreSeconds = 0.0
    /// Bytes of the images that were made again, a log point's full among them.
    package var restoredBytes = 0
    package var bytesReceived = 0
    package var imageDigest: String
    /// The restored image has the digest of the point.
    package var imageDigestMatches = false
    package var databases: [Database] = []
    /// Nil where none was asked for.
    package var command: Command?
    /// Why nothing could be restored; nil when it was.
    package var restoreFault: String?
    package var totalSeconds = 0.0
    /// One line for people.
    package var verdict = ""

    package init(_ point: Point, started: Timestamp) {
        pointId = point.id
        generation = point.generation
        kind = "\(point.kind)"
        self.started = started.description
        imageDigest = "\(point.imageDigest)"
    }

    package init(parsing bytes: [UInt8]) throws(FormatError) {
        self = try FactsJSON.decode(Self.self, bytes, of: "rehearsal")
        guard isPossible else { throw .badField(field: "rehearsal", offset: 0) }
    }

    /// True when no number is negative, or so large that reckoning with it could overflow.
    private var isPossible: Bool {
        let times = [restoreSeconds, totalSeconds, command?.seconds ?? 0]
        let counts =
            [restoredBytes, bytesReceived]
            + databases.flatMap {
                [$0.pagesChecked, $0.pagesBad, $0.pagesInUse ?? 0, $0.pagesBlank ?? 0]
            }
        return databases.count <= Self.mostDatabases && times.allSatisfy { (0...1e9).contains($0) }
            && counts.allSatisfy { (0...1 << 53).contains($0) }
    }

    package var json: [UInt8] { FactsJSON.encode(self, isPretty: false) }

    package var pagesChecked: Int { databases.saturatingSum(\.pagesChecked) }
    package var pagesBad: Int { databases.saturatingSum(\.pagesBad) }
    /// Of all databases together; nil where none was counted.
    package var use: PageUse? {
        let uses = databases.compactMap(\.use)
        guard !uses.isEmpty else { return nil }
        return PageUse(inUse: uses.saturatingSum(\.inUse), blank: uses.saturatingSum(\.blank))
    }

    package var bytesPerSecond: Int {
        Int(saturating: Double(restoredBytes) / max(restoreSeconds, 0.001))
    }

    /// The faults of the restored data.
    package var faults: [String] {
        databases.flatMap { database in
            database.faults.map { database.name.isEmpty ? $0 : "\(database.name): \($0)" }
        }
    }

    /// Restored, intact, and where there is a command, tried with success.
    package var isGood: Bool {
        imageDigestMatches && restoreFault == nil && faults.isEmpty && (command?.end ?? .good) == .good
    }

    /// The same within the bounds of a note, and with its verdict.
    package var bounded: Self {
        var kept = self
        kept.databases = databases.prefix(Self.mostDatabases).map { database in
            var database = database
            database.faults = database.faults.prefix(Self.mostFaults).map(Self.cut)
            database.logVerdict = database.logVerdict.map(Self.cut)
            return database
        }
        kept.command?.line = (command?.line ?? "").truncated(toUTF8: Self.mostBytes)
        kept.command?.said = Self.end(of: command?.said ?? "")
        kept.restoreFault = restoreFault.map(Self.cut)
        kept.verdict = Self.cut(verdict)
        return kept
    }

    /// The last bytes of a text, where the reason of a failure is.
    private static func end(of text: String) -> String {
        guard text.utf8.count > mostBytes else { return text }
        var kept: [Unicode.Scalar] = []
        var room = mostBytes - "…".utf8.count
        for scalar in text.unicodeScalars.reversed() {
            room -= UTF8.width(scalar)
            if room < 0 { break }
            kept.append(scalar)
        }
        return "…" + String(String.UnicodeScalarView(kept.reversed()))
    }

    private static func cut(_ text: String) -> String { PrintableText.of(text).truncated(toUTF8: mostBytes) }
}

extension NoteWriter {
    /// Keeps what a rehearsal found.
    package func rehearsed(_ evidence: RehearsalEvidence, of point: Point.Reference) throws(StoreError) {
        let kept = evidence.bounded
        try add(
            .rehearsed, point, evidence.isGood ? .good : .bad, comment: kept.verdict, facts: kept.json)
    }
}

extension RehearsalEvidence {
    /// Its verdict in one line, from what was found.
    package var sentence: String {
        if let restoreFault { return "it could not be restored: \(restoreFault)" }
        let faults = faults
        if let first = faults.first {
            return first + (faults.count > 1 ? "; and \(faults.count - 1) more" : "")
        }
        // What has no page in use proves nothing by having no bad one.
        let isEmpty = use?.inUse == 0
        guard let command else {
            if databases.isEmpty { return "digest only" }
            return isEmpty ? "digest only, for no page is in use" : "pages and logs, no command"
        }
        guard command.end == .good else { return "the command \(command.howItEnded)" }
        return isEmpty ? "command, for no page is in use" : "pages, logs and command"
    }

    /// True when all that is wrong is in what was restored, as a point that was committed as damaged says itself.
    package var isExcusable: Bool {
        imageDigestMatches && restoreFault == nil && (command?.end ?? .good) == .good
    }
}

extension RehearsalEvidence.Command {
    /// `exit status 3`, `did not end in time`.
    package var howItEnded: String {
        switch end {
        case .notStarted:
            exitStatus.map { "could not be started (exit status \($0))" } ?? "could not be started"
        case .tookTooLong: "did not end in time, and was ended"
        case .good, .failed: exitStatus.map { "ended with exit status \($0)" } ?? "was ended by a signal"
        }
    }
}
