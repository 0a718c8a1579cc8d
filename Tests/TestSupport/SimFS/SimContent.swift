/// A file of a simulated disk: what programs read, what the disk has, and the changes in between.
struct SimContent: Sendable {
    enum Change: Sendable {
        case write(offset: Int, bytes: [UInt8])
        case truncate(length: Int)
    }
    /// Disks write pages of this many bytes, each whole or not at all.
    static let pageBytes = 4096

    private(set) var cached: [UInt8] = []
    private var durable: [UInt8] = []
    private var unsynced: [(number: Int, change: Change)] = []
    /// True after a failed sync: what was to be written then is in the cache, and never reaches the disk.
    private var hasForgotten = false
    /// Number of the last change: the time of modification.
    private(set) var modified = 0
    var links = 0

    var unsyncedNumbers: [Int] { unsynced.map(\.number) }

    mutating func change(_ change: Change, number: Int) {
        Self.apply(change, to: &cached)
        unsynced.append((number, change))
        modified = number
    }

    mutating func sync() {
        if hasForgotten {
            for (_, change) in unsynced { Self.apply(change, to: &durable) }
        } else {
            durable = cached
        }
        unsynced = []
    }

    /// Linux takes pages that could not be written for clean: no later sync writes them.
    mutating func failSync() {
        guard !unsynced.isEmpty else { return }
        unsynced = []
        hasForgotten = true
    }

    /// What a direct read finds: dirty pages are written before it, forgotten ones are not.
    var uncached: [UInt8] {
        guard hasForgotten else { return cached }
        var bytes = durable
        for (_, change) in unsynced { Self.apply(change, to: &bytes) }
        return bytes
    }

    /// The file after a power cut.
    ///
    /// - Parameter survives: Whether a page of an unsynced change has reached the disk.
    func crashed(_ survives: (_ number: Int) -> Bool) -> SimContent {
        var after = SimContent()
        after.durable = durable
        after.modified = modified
        for (number, change) in unsynced {
            switch change {
            case .truncate:
                if survives(number) { Self.apply(change, to: &after.durable) }
            case .write(let offset, let bytes):
                var start = 0
                while start < bytes.count {
                    let end = min(bytes.count, start + Self.pageBytes - (offset + start) % Self.pageBytes)
                    if survives(number) {
                        let page = Change.write(offset: offset + start, bytes: Array(bytes[start..<end]))
                        Self.apply(page, to: &after.durable)
                    }
                    start = end
                }
            }
        }
        after.cached = after.durable
        return after
    }

    private static func apply(_ change: Change, to bytes: inout [UInt8]) {
        switch change {
        case .write(let offset, let new):
            if bytes.count < offset { bytes += [UInt8](repeating: 0, count: offset - bytes.count) }
            bytes.replaceSubrange(offset..<min(bytes.count, offset + new.count), with: new)
        case .truncate(let length):
            if bytes.count > length { bytes.removeLast(bytes.count - length) }
            if bytes.count < length { bytes += [UInt8](repeating: 0, count: length - bytes.count) }
        }
    }
}
