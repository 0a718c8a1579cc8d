/// Bytes that are appended now and read later, in memory while they are few and in a scratch file beyond that.
package final class SpillBuffer {
    /// Most bytes in memory.
    package static let memoryBytes = 1 << 20

    private let scratch: ScratchFolder
    private var memory: [UInt8] = []
    /// The bytes that are no longer in memory; they come first.
    private var file: (any OpenFile)?
    private var fileBytes = 0

    package init(_ scratch: ScratchFolder) { self.scratch = scratch }

    package var count: Int { fileBytes + memory.count }

    package func append(_ bytes: Span<UInt8>) throws(SystemError) {
        if memory.count + bytes.count > Self.memoryBytes { try spill() }
        guard bytes.count > Self.memoryBytes else { return memory.append(copying: bytes) }
        try write(bytes)
    }

    /// `count` bytes from `offset`, all of which have been appended.
    package func bytes(at offset: Int, count: Int) throws(SystemError) -> [UInt8] {
        if offset < fileBytes, offset + count > fileBytes { try spill() }
        guard offset < fileBytes, let file else {
            return Array(memory[offset - fileBytes..<offset - fileBytes + count])
        }
        return try file.bytes(at: offset, count: count)
    }

    private func spill() throws(SystemError) {
        let bytes = exchange(&memory, with: [])
        try write(bytes.span)
    }

    private func write(_ bytes: Span<UInt8>) throws(SystemError) {
        let target: any OpenFile
        if let file { target = file } else { target = try scratch.file() }
        file = target
        try target.write(bytes, at: fileBytes)
        fileBytes += bytes.count
    }
}
