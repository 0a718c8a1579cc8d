import TestSupport

/// Reads the trace of a store's disk for what was acknowledged before it was durable.
///
/// For each name that appears: the file was synced after its last write, before it got the name, and the folder was
/// synced between that and the acknowledgement; a new folder's parent likewise. A file that could not be synced is
/// never synced again.
struct TraceLint {
    static let acknowledged = "acknowledged"

    private var findings: [String] = []
    /// Nodes with content that was not synced.
    private var dirty: Set<Int> = []
    /// Nodes whose sync has failed.
    private var poisoned: Set<Int> = []
    /// Names that their folder's sync has not made durable.
    private var names: [String: Set<String>] = [:]
    private var syncFailed = false

    static func findings(in trace: [SimCall]) -> [String] {
        var lint = TraceLint()
        for call in trace { lint.read(call) }
        return lint.findings
    }

    /// Garbage by definition, or a lock, whose content and name mean nothing.
    private static func counts(_ path: String) -> Bool {
        !path.contains("/tmp/") && !path.hasSuffix(".partial") && !path.hasSuffix("lock")
    }

    private mutating func read(_ call: SimCall) {
        if call.kind == .sync, let node = call.node {
            if poisoned.contains(node) { findings.append("\(call.path) is synced again after a failure") }
            if call.code != nil { poisoned.insert(node) }
        }
        if call.code != nil {
            if call.kind == .sync || call.kind == .syncFolder { syncFailed = true }
            return
        }
        switch call.kind {
        case .create, .write, .truncate: if let node = call.node { dirty.insert(node) }
        case .sync: if let node = call.node { dirty.remove(node) }
        case .makeFolder: appear(call.path)
        case .link, .rename:
            guard let name = call.newPath else { return }
            if Self.counts(name), call.node.map({ dirty.contains($0) || poisoned.contains($0) }) ?? true {
                findings.append("\(name) has its name before its content is durable")
            }
            appear(name)
            if call.kind == .rename { vanish(call.path) }
        case .remove, .removeFolder: vanish(call.path)
        case .syncFolder: names[call.path] = nil
        case .note where call.path == Self.acknowledged: acknowledge()
        default: break
        }
    }

    private mutating func appear(_ path: String) {
        guard Self.counts(path) else { return }
        names[Self.folder(of: path), default: []].insert(path)
    }

    private mutating func vanish(_ path: String) { names[Self.folder(of: path)]?.remove(path) }

    private static func folder(of path: String) -> String {
        String(Substring(path.utf8[..<(path.utf8.lastIndex(of: 0x2F) ?? path.startIndex)]))
    }

    private mutating func acknowledge() {
        for path in names.values.flatMap({ $0 }).sorted() {
            findings.append("\(path) is acknowledged before its name is durable")
        }
        if syncFailed { findings.append("a commit is acknowledged after a sync that failed") }
        names = [:]
    }
}
