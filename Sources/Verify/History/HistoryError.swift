internal import GRDB

/// The history could not be read or written; nothing else depends on it.
package struct HistoryError: Error, Equatable, Sendable, CustomStringConvertible {
    package let path: String
    package let reason: String
    /// Whether the file is no database any more.
    let isDamage: Bool

    /// What to type next.
    package var hint: String {
        "nothing depends on it; if it stays so, move it away and have it made again: hybridrep history --rebuild"
    }

    init(_ path: String, _ reason: String, isDamage: Bool = false) {
        self.path = path
        self.reason = reason
        self.isDamage = isDamage
    }

    init(_ path: String, wrapping error: any Error) {
        switch error {
        case let error as HistoryError: self = error
        case let error as DatabaseError:
            let damage: [ResultCode] = [.SQLITE_CORRUPT, .SQLITE_NOTADB]
            self.init(
                path, error.message ?? "SQLite error \(error.resultCode.rawValue)",
                isDamage: damage.contains(error.resultCode))
        default: self.init(path, "\(error)")
        }
    }

    package var description: String { "history \(path): \(reason)" }
}
