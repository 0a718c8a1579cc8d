/// A folder of a simulated disk: the names that programs see, those on the disk, and the changes in between.
struct SimFolder: Sendable {
    enum Change: Sendable {
        case put(String, node: Int)
        case remove(String)
        case move(String, to: String, node: Int)
        /// What each of two names stands for from then on.
        case swap((name: String, node: Int), (name: String, node: Int))
    }

    private(set) var cached: [String: Int] = [:]
    private var durable: [String: Int] = [:]
    private var unsynced: [(number: Int, change: Change)] = []

    var unsyncedNumbers: [Int] { unsynced.map(\.number) }

    mutating func change(_ change: Change, number: Int) {
        Self.apply(change, to: &cached)
        unsynced.append((number, change))
    }

    /// Not simply what programs see: what a failed sync has forgotten stays forgotten.
    mutating func sync() {
        for (_, change) in unsynced { Self.apply(change, to: &durable) }
        unsynced = []
    }

    mutating func failSync() { unsynced = [] }

    /// The folder after a power cut; a rename is one change.
    func crashed(_ survives: (_ number: Int) -> Bool) -> SimFolder {
        var after = SimFolder()
        after.durable = durable
        for (number, change) in unsynced where survives(number) { Self.apply(change, to: &after.durable) }
        after.cached = after.durable
        return after
    }

    private static func apply(_ change: Change, to names: inout [String: Int]) {
        switch change {
        case .put(let name, let node): names[name] = node
        case .remove(let name): names[name] = nil
        case .move(let old, let new, let node):
            names[old] = nil
            names[new] = node
        case .swap(let one, let other):
            names[one.name] = one.node
            names[other.name] = other.node
        }
    }
}
