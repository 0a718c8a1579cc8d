/// One call to a simulated file system, as its trace has it.
package struct SimCall: Sendable, CustomStringConvertible {
    package enum Kind: String, CaseIterable, Sendable {
        case open, create, status, list, makeFolder, link, rename, remove, removeFolder, syncFolder, space,
            lock
        case read, write, truncate, sync
        /// Not a call: what a test wrote between them.
        case note

        /// Whether the call can change what is on the disk, or what a power cut takes of it.
        package var isChange: Bool {
            switch self {
            case .open, .status, .list, .space, .read, .note: false
            default: true
            }
        }
    }
    package let kind: Kind
    package let path: String
    /// The new name, of a link or a rename.
    package var newPath: String?
    /// Of the file or folder, where it is there.
    package var node: Int?
    /// Why it failed.
    package var code: Int32?

    package var description: String {
        let target = newPath.map { " \($0)" } ?? ""
        return "\(kind.rawValue) \(path)\(target)\(code.map { " failed (\($0))" } ?? "")"
    }
}

/// A failure of one call, or of all from one on.
package struct SimFault: Sendable {
    package enum Effect: Sendable {
        case error(Int32)
        /// Half of what is written gets there; other calls just fail.
        case tornWrite(Int32)
        /// Half of what is asked for is read.
        case shortRead
    }
    /// The calls that count and fail.
    private let kinds: Set<SimCall.Kind>
    private let effect: Effect
    private let isSticky: Bool
    /// Calls to go until the first that fails.
    private var left: Int
    package private(set) var hits = 0

    /// - Parameter call: The first that fails of the calls that count, from 1.
    package init(_ effect: Effect, at call: Int, of kinds: Set<SimCall.Kind>, isSticky: Bool = false) {
        self.kinds = kinds
        self.effect = effect
        self.isSticky = isSticky
        left = call
    }

    /// Notes a call, and says what becomes of it.
    mutating func meet(_ kind: SimCall.Kind) -> Effect? {
        guard kind != .note, kinds.contains(kind) else { return nil }
        left -= 1
        guard left == 0 || (left < 0 && isSticky) else { return nil }
        hits += 1
        return effect
    }
}
