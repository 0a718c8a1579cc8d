import Platform
import Synchronization
import TestSupport

/// A process that takes turns, and may be killed at one of its calls: no call after that reaches a disk.
final class Life: Sendable {
    private let turn: @Sendable () -> Void
    private let callsLeft: Mutex<Int>

    /// - Parameter calls: After so many it is killed; nil for never.
    init(calls: Int?, turn: @escaping @Sendable () -> Void) {
        self.turn = turn
        callsLeft = Mutex(calls ?? .max)
    }

    var isKilled: Bool { callsLeft.withLock { $0 == 0 } }

    /// A call that others see or that sees others: a turn of its own.
    func act() throws(SystemError) {
        turn()
        try live()
        callsLeft.withLock { $0 -= 1 }
    }

    func live() throws(SystemError) {
        guard !isKilled else { throw SystemError(call: "killed", path: "", code: 4) }
    }
}

/// The disk as such a process sees it.
final class MortalFiles: FileSystemDecorator {
    let base: any FileSystem
    private let life: Life

    init(_ base: any FileSystem, _ life: Life) {
        self.base = base
        self.life = life
    }

    func open(_ path: String, _ mode: OpenMode) throws(SystemError) -> any OpenFile {
        try life.act()
        return File(base: try base.open(path, mode), life: life)
    }
    func status(_ path: String) throws(SystemError) -> FileStatus? {
        try life.act()
        return try base.status(path)
    }
    func list(_ folder: String) throws(SystemError) -> [String] {
        try life.act()
        return try base.list(folder)
    }
    func makeFolder(_ path: String) throws(SystemError) -> Bool {
        try life.act()
        return try base.makeFolder(path)
    }
    func linkNoReplace(_ existing: String, to new: String) throws(SystemError) -> Bool {
        try life.act()
        return try base.linkNoReplace(existing, to: new)
    }
    func rename(_ old: String, to new: String) throws(SystemError) {
        try life.act()
        try base.rename(old, to: new)
    }
    func renameNoReplace(_ old: String, to new: String) throws(SystemError) -> Bool {
        try life.act()
        return try base.renameNoReplace(old, to: new)
    }
    func exchangeNames(_ one: String, _ other: String) throws(SystemError) {
        try life.act()
        try base.exchangeNames(one, other)
    }
    func remove(_ path: String) throws(SystemError) {
        try life.act()
        try base.remove(path)
    }
    func removeFolder(_ path: String) throws(SystemError) {
        try life.act()
        try base.removeFolder(path)
    }
    func syncFolder(_ path: String) throws(SystemError) {
        try life.act()
        try base.syncFolder(path)
    }
    func lock(_ path: String, _ kind: LockKind) throws(SystemError) -> (any HeldLock)? {
        try life.act()
        return try base.lock(path, kind)
    }

    private final class File: OpenFileDecorator {
        let base: any OpenFile
        private let life: Life

        init(base: any OpenFile, life: Life) {
            self.base = base
            self.life = life
        }

        func read(into target: inout MutableSpan<UInt8>, at offset: Int) throws(SystemError) -> Int {
            try life.live()
            return try base.read(into: &target, at: offset)
        }
        func write(_ bytes: Span<UInt8>, at offset: Int) throws(SystemError) {
            try life.live()
            try base.write(bytes, at: offset)
        }
        func truncate(to length: Int) throws(SystemError) {
            try life.live()
            try base.truncate(to: length)
        }
        func sync() throws(SystemError) {
            try life.act()
            try base.sync()
        }
    }
}
