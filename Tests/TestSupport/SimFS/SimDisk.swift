internal import Glibc
internal import Platform

/// A simulated disk: what programs see of it, and what a power cut would leave.
///
/// As strict as POSIX allows: a sync of a file makes its content durable and not its name; a name is durable after a
/// sync of its folder, whose own name is the parent's. A value: a copy goes its own way.
package struct SimDisk: Sendable {
    struct Node: Sendable {
        var file: SimContent?
        var folder: SimFolder?
    }
    private static let root = 0

    /// By inode number; the first is the root.
    private(set) var nodes = [Node(folder: SimFolder())]
    /// Changes so far: tells what came before what.
    private var changes = 0

    package init() {}

    subscript(node: Int) -> Node { nodes[node] }

    /// The names in a path; not as `FilePath` takes it apart, which takes the longer part of a test without optimization.
    private static func names(in path: String) -> [String] {
        path.utf8.split(separator: 0x2F).map { String(Substring($0)) }
    }

    func find(_ path: String) -> Int? { find(Self.names(in: path)[...]) }

    private func find(_ names: ArraySlice<String>) -> Int? {
        var node = Self.root
        for name in names {
            guard let next = nodes[node].folder?.cached[name] else { return nil }
            node = next
        }
        return node
    }

    /// The folder that a path lies in, and its last name.
    private func place(_ call: String, _ path: String) throws(SystemError) -> (folder: Int, name: String) {
        var names = Self.names(in: path)
        guard let name = names.popLast(), let node = find(names[...]) else {
            throw SystemError(call: call, path: path, code: ENOENT)
        }
        guard nodes[node].folder != nil else { throw SystemError(call: call, path: path, code: ENOTDIR) }
        return (node, name)
    }

    private func existing(_ call: String, _ path: String) throws(SystemError) -> Int {
        guard let node = find(path) else { throw SystemError(call: call, path: path, code: ENOENT) }
        return node
    }

    private mutating func change(_ folder: Int, _ change: SimFolder.Change) {
        changes += 1
        nodes[folder].folder?.change(change, number: changes)
    }

    mutating func create(_ path: String) throws(SystemError) -> Int {
        let (folder, name) = try place("open", path)
        guard find(path) == nil else { throw SystemError(call: "open", path: path, code: EEXIST) }
        var file = SimContent()
        file.links = 1
        nodes.append(Node(file: file))
        change(folder, .put(name, node: nodes.count - 1))
        return nodes.count - 1
    }

    mutating func makeFolder(_ path: String) throws(SystemError) -> Bool {
        let (folder, name) = try place("make folder", path)
        if let there = find(path) {
            if nodes[there].folder != nil { return false }
            throw SystemError(call: "make folder", path: path, code: EEXIST)
        }
        nodes.append(Node(folder: SimFolder()))
        change(folder, .put(name, node: nodes.count - 1))
        return true
    }

    mutating func link(_ old: String, to new: String) throws(SystemError) -> Bool {
        let node = try existing("link", old)
        let (folder, name) = try place("link", new)
        guard find(new) == nil else { return false }
        nodes[node].file?.links += 1
        change(folder, .put(name, node: node))
        return true
    }

    /// - Parameter replacing: Else nothing is done, and the answer false, where the new name is taken.
    mutating func rename(_ old: String, to new: String, replacing: Bool) throws(SystemError) -> Bool {
        let node = try existing("rename", old)
        let (from, oldName) = try place("rename", old)
        let (to, newName) = try place("rename", new)
        if let there = find(new) {
            guard replacing else { return false }
            guard there != node else { return true }
            nodes[there].file?.links -= 1
        }
        if from == to {
            change(from, .move(oldName, to: newName, node: node))
        } else {
            change(to, .put(newName, node: node))
            change(from, .remove(oldName))
        }
        return true
    }

    /// Of two names in one folder.
    mutating func exchange(_ one: String, _ other: String) throws(SystemError) {
        let nodes = (try existing("exchange", one), try existing("exchange", other))
        let (folder, name) = try place("exchange", one)
        let (second, otherName) = try place("exchange", other)
        guard folder == second else { throw SystemError(call: "exchange", path: other, code: EINVAL) }
        change(folder, .swap((name, nodes.1), (otherName, nodes.0)))
    }

    mutating func remove(_ path: String) throws(SystemError) {
        let node = try existing("remove", path)
        guard nodes[node].file != nil else { throw SystemError(call: "remove", path: path, code: EISDIR) }
        let (folder, name) = try place("remove", path)
        nodes[node].file?.links -= 1
        change(folder, .remove(name))
    }

    mutating func removeFolder(_ path: String) throws(SystemError) {
        let node = try existing("remove", path)
        guard nodes[node].folder?.cached.isEmpty == true else {
            throw SystemError(call: "remove", path: path, code: ENOTEMPTY)
        }
        let (folder, name) = try place("remove", path)
        change(folder, .remove(name))
    }

    mutating func change(file node: Int, _ change: SimContent.Change) {
        changes += 1
        nodes[node].file?.change(change, number: changes)
    }

    mutating func sync(_ node: Int) {
        nodes[node].file?.sync()
        nodes[node].folder?.sync()
    }

    mutating func failSync(_ node: Int) {
        nodes[node].file?.failSync()
        nodes[node].folder?.failSync()
    }

    /// Makes everything durable: the state of a host that has been running for long.
    package mutating func syncAll() { for node in nodes.indices { sync(node) } }

    /// What programs see: the content of each file by its path, nil for a folder.
    package var contents: [String: [UInt8]?] {
        var found: [String: [UInt8]?] = [:]
        var waiting = [("", Self.root)]
        while let (path, node) = waiting.popLast() {
            for (name, child) in nodes[node].folder?.cached ?? [:] {
                let file = nodes[child].file
                found["\(path)/\(name)"] = .some(file?.cached)
                if file == nil { waiting.append(("\(path)/\(name)", child)) }
            }
        }
        return found
    }
}

extension SimDisk {
    /// Numbers of all changes that a power cut may undo, rising.
    var unsyncedNumbers: [Int] {
        nodes.flatMap { ($0.file?.unsyncedNumbers ?? []) + ($0.folder?.unsyncedNumbers ?? []) }.sorted()
    }

    /// The disk after a power cut.
    ///
    /// - Parameters:
    ///   - file: Whether a page of an unsynced change of a file survives.
    ///   - name: Whether an unsynced change of a folder does.
    func crashed(file: (_ number: Int) -> Bool, name: (_ number: Int) -> Bool) -> SimDisk {
        var after = self
        for number in nodes.indices {
            after.nodes[number].file = nodes[number].file?.crashed(file)
            after.nodes[number].folder = nodes[number].folder?.crashed(name)
        }
        for folder in after.nodes.compactMap(\.folder) {
            for node in folder.cached.values { after.nodes[node].file?.links += 1 }
        }
        return after
    }
}
