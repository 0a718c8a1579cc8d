internal import Glibc
package import Platform
internal import Synchronization

/// A file system in memory that loses, at a power cut, what a real one may lose.
///
/// It fails where a ``SimFault`` says so, keeps a trace of its calls, and has real locks, which end with their holder.
/// A power cut is ``SimDisk/crashed(_:seed:)`` of its disk, and a new file system on what is left; a killed program is
/// a new file system on its disk as it is.
package final class SimFS: FileSystem {
    private struct State {
        var disk: SimDisk
        var fault: SimFault?
        var trace: [SimCall] = []
        /// By inode number.
        var locks: [Int: (shared: Int, isExclusive: Bool)] = [:]
        var observe: (@Sendable () -> Void)?
    }
    private let state: Mutex<State>

    package init(_ disk: SimDisk = SimDisk(), fault: SimFault? = nil) {
        state = Mutex(State(disk: disk, fault: fault))
    }

    package var disk: SimDisk { state.withLock { $0.disk } }
    package var trace: [SimCall] { state.withLock { $0.trace } }
    /// How often the fault was met.
    package var hits: Int { state.withLock { $0.fault?.hits ?? 0 } }

    /// Has `body` called before every call that changes something.
    package func observe(_ body: @escaping @Sendable () -> Void) { state.withLock { $0.observe = body } }

    /// Writes a line of the test's own into the trace.
    package func note(_ text: String) {
        state.withLock { $0.trace.append(SimCall(kind: .note, path: text)) }
    }

    /// Makes a call: lets it fail where it has to, else hands it the disk.
    ///
    /// - Parameter partly: What becomes of it where it is cut short.
    func call<R: Sendable>(
        _ call: SimCall, partly: ((inout SimDisk) -> R)? = nil,
        _ body: (inout SimDisk) throws(SystemError) -> R
    ) throws(SystemError) -> R {
        if call.kind.isChange, let observe = state.withLock({ $0.observe }) { observe() }
        return try state.withLock { (state) throws(SystemError) in
            var call = call
            call.node = call.node ?? state.disk.find(call.path)
            do throws(SystemError) {
                let result = try Self.perform(call, on: &state, partly, body)
                call.node = call.node ?? state.disk.find(call.path)
                // What is there already, and stays.
                if result as? Bool == false { call.code = EEXIST }
                state.trace.append(call)
                return result
            } catch {
                call.code = error.code
                state.trace.append(call)
                // What was interrupted was not tried: it is written later.
                let isSync = call.kind == .sync || call.kind == .syncFolder
                if isSync, error.code != EINTR, let node = call.node {
                    state.disk.failSync(node)
                }
                throw error
            }
        }
    }

    private static func perform<R: Sendable>(
        _ call: SimCall, on state: inout State, _ partly: ((inout SimDisk) -> R)?,
        _ body: (inout SimDisk) throws(SystemError) -> R
    ) throws(SystemError) -> R {
        switch state.fault?.meet(call.kind) {
        case .error(let code): throw SystemError(call: call.kind.rawValue, path: call.path, code: code)
        case .tornWrite(let code):
            _ = partly?(&state.disk)
            throw SystemError(call: call.kind.rawValue, path: call.path, code: code)
        case .shortRead:
            if let partly { return partly(&state.disk) }
            return try body(&state.disk)
        case nil: return try body(&state.disk)
        }
    }

    package func open(_ path: String, _ mode: OpenMode) throws(SystemError) -> any OpenFile {
        let node = try call(SimCall(kind: mode.makesNew ? .create : .open, path: path)) {
            (disk) throws(SystemError) in
            if mode.makesNew { return try disk.create(path) }
            guard let node = disk.find(path) else {
                throw SystemError(call: "open", path: path, code: ENOENT)
            }
            guard disk[node].file != nil else { throw SystemError(call: "open", path: path, code: EISDIR) }
            return node
        }
        return SimFile(self, node, path: path)
    }

    package func status(_ path: String) throws(SystemError) -> FileStatus? {
        try call(SimCall(kind: .status, path: path)) { (disk) in disk.find(path).map { disk.status($0) } }
    }

    package func list(_ folder: String) throws(SystemError) -> [String] {
        try call(SimCall(kind: .list, path: folder)) { (disk) throws(SystemError) in
            guard let names = disk.find(folder).flatMap({ disk[$0].folder })?.cached.keys else {
                throw SystemError(call: "open", path: folder, code: ENOENT)
            }
            return names.sorted()
        }
    }

    @discardableResult package func makeFolder(_ path: String) throws(SystemError) -> Bool {
        try call(SimCall(kind: .makeFolder, path: path)) { (disk) throws(SystemError) in
            try disk.makeFolder(path)
        }
    }

    package func linkNoReplace(_ existing: String, to new: String) throws(SystemError) -> Bool {
        try call(SimCall(kind: .link, path: existing, newPath: new)) { (disk) throws(SystemError) in
            try disk.link(existing, to: new)
        }
    }

    package func rename(_ old: String, to new: String) throws(SystemError) {
        _ = try call(SimCall(kind: .rename, path: old, newPath: new)) { (disk) throws(SystemError) in
            try disk.rename(old, to: new, replacing: true)
        }
    }

    package func renameNoReplace(_ old: String, to new: String) throws(SystemError) -> Bool {
        try call(SimCall(kind: .rename, path: old, newPath: new)) { (disk) throws(SystemError) in
            try disk.rename(old, to: new, replacing: false)
        }
    }

    package func exchangeNames(_ one: String, _ other: String) throws(SystemError) {
        try call(SimCall(kind: .rename, path: one, newPath: other)) { (disk) throws(SystemError) in
            try disk.exchange(one, other)
        }
    }

    package func remove(_ path: String) throws(SystemError) {
        try call(SimCall(kind: .remove, path: path)) { (disk) throws(SystemError) in try disk.remove(path) }
    }

    package func removeFolder(_ path: String) throws(SystemError) {
        try call(SimCall(kind: .removeFolder, path: path)) { (disk) throws(SystemError) in
            try disk.removeFolder(path)
        }
    }

    package func syncFolder(_ path: String) throws(SystemError) {
        try call(SimCall(kind: .syncFolder, path: path)) { (disk) throws(SystemError) in
            guard let node = disk.find(path), disk[node].folder != nil else {
                throw SystemError(call: "open", path: path, code: ENOENT)
            }
            disk.sync(node)
        }
    }

    package func space(_ path: String) throws(SystemError) -> SpaceStatus {
        try call(SimCall(kind: .space, path: path)) { _ in
            SpaceStatus(availableBytes: 1 << 40, totalBytes: 1 << 41)
        }
    }

    package func lock(_ path: String, _ kind: LockKind) throws(SystemError) -> (any HeldLock)? {
        let node = try call(SimCall(kind: .lock, path: path)) { (disk) throws(SystemError) in
            if let node = disk.find(path) { node } else { try disk.create(path) }
        }
        let isOurs = state.withLock { state in
            let held = state.locks[node] ?? (shared: 0, isExclusive: false)
            guard !held.isExclusive, kind == .shared || held.shared == 0 else { return false }
            state.locks[node] =
                kind == .shared ? (held.shared + 1, false) : (shared: 0, isExclusive: true)
            return true
        }
        return isOurs ? Lock(self, path, node, kind) : nil
    }

    private func unlock(_ node: Int, _ kind: LockKind) {
        state.withLock { state in
            let shared = state.locks[node]?.shared ?? 0
            state.locks[node] = kind == .shared && shared > 1 ? (shared - 1, false) : nil
        }
    }

    /// A `flock` on an inode, until its last reference goes.
    private final class Lock: HeldLock {
        private let files: SimFS
        private let path: String
        private let node: Int
        private let kind: LockKind

        init(_ files: SimFS, _ path: String, _ node: Int, _ kind: LockKind) {
            self.files = files
            self.path = path
            self.node = node
            self.kind = kind
        }

        deinit { files.unlock(node, kind) }

        func describe(_ text: String) throws(SystemError) {
            let file = SimFile(files, node, path: path)
            try file.truncate(to: 0)
            try file.write(Array(text.utf8).span, at: 0)
        }
    }
}
