package import Platform

/// An open file on top of another one.
package protocol OpenFileDecorator: OpenFile {
    var base: any OpenFile { get }
}

extension OpenFileDecorator {
    package var path: String { base.path }
    package func read(into target: inout MutableSpan<UInt8>, at offset: Int) throws(SystemError) -> Int {
        try base.read(into: &target, at: offset)
    }
    package func readUncached(
        into target: inout MutableSpan<UInt8>, at offset: Int
    ) throws(SystemError) -> Int {
        try base.readUncached(into: &target, at: offset)
    }
    package func write(_ bytes: Span<UInt8>, at offset: Int) throws(SystemError) {
        try base.write(bytes, at: offset)
    }
    package func truncate(to length: Int) throws(SystemError) { try base.truncate(to: length) }
    package func sync() throws(SystemError) { try base.sync() }
    package func status() throws(SystemError) -> FileStatus { try base.status() }
    package func clone(_ other: any OpenFile) throws(SystemError) -> Bool { try base.clone(other) }
    package func data(from offset: Int) throws(SystemError) -> Range<Int>? { try base.data(from: offset) }
    /// What reads past the decorator would see nothing of it.
    package var shared: (any SharedFile)? { nil }
}
