internal import Glibc
internal import Platform

/// An open file of a simulated file system.
final class SimFile: OpenFile {
    private static let maximumBytes = 64 << 20
    let path: String
    private let files: SimFS
    private let node: Int

    init(_ files: SimFS, _ node: Int, path: String) {
        self.files = files
        self.node = node
        self.path = path
    }

    func read(into target: inout MutableSpan<UInt8>, at offset: Int) throws(SystemError) -> Int {
        try read(into: &target, at: offset, isCached: true)
    }

    func readUncached(into target: inout MutableSpan<UInt8>, at offset: Int) throws(SystemError) -> Int {
        try read(into: &target, at: offset, isCached: false)
    }

    private func read(
        into target: inout MutableSpan<UInt8>, at offset: Int, isCached: Bool
    ) throws(SystemError) -> Int {
        let count = target.count
        let node = node
        func bytes(_ disk: SimDisk, _ count: Int) -> ArraySlice<UInt8> {
            let file = disk[node].file
            let bytes = (isCached ? file?.cached : file?.uncached) ?? []
            return offset < bytes.count ? bytes[offset..<min(bytes.count, offset + count)] : []
        }
        let found = try files.call(
            SimCall(kind: .read, path: path, node: node), partly: { bytes($0, count / 2) }
        ) { (disk) in bytes(disk, count) }
        target.fill(found)
        return found.count
    }

    func write(_ bytes: Span<UInt8>, at offset: Int) throws(SystemError) {
        guard offset <= Self.maximumBytes - bytes.count else {
            throw SystemError(call: "write", path: path, code: EFBIG)
        }
        let whole = [UInt8](copying: bytes)
        let node = node
        func write(_ disk: inout SimDisk, _ bytes: [UInt8]) {
            disk.change(file: node, .write(offset: offset, bytes: bytes))
        }
        try files.call(
            SimCall(kind: .write, path: path, node: node),
            partly: { write(&$0, Array(whole.prefix(whole.count / 2))) }
        ) { (disk) in write(&disk, whole) }
    }

    func truncate(to length: Int) throws(SystemError) {
        let node = node
        try files.call(SimCall(kind: .truncate, path: path, node: node)) { (disk) in
            disk.change(file: node, .truncate(length: length))
        }
    }

    func sync() throws(SystemError) {
        let node = node
        try files.call(SimCall(kind: .sync, path: path, node: node)) { (disk) in disk.sync(node) }
    }

    func status() throws(SystemError) -> FileStatus {
        let node = node
        return try files.call(SimCall(kind: .status, path: path, node: node)) { (disk) in disk.status(node) }
    }

    func clone(_ other: any OpenFile) -> Bool { false }
}

extension SimDisk {
    func status(_ node: Int) -> FileStatus {
        let file = self[node].file
        return FileStatus(
            kind: file == nil ? .folder : .regular, length: file?.cached.count ?? 0,
            modified: Timestamp(seconds: 1_795_312_804 + Int64(file?.modified ?? 0)), device: 1,
            inode: UInt64(node), mode: file == nil ? 0o700 : 0o600, owner: 0, links: file?.links ?? 1)
    }
}
