internal import DequeModule

/// Keeps what was used last, up to a number of bytes.
package struct BoundedCache<Key: Hashable, Value> {
    private let budget: Int
    private var values: [Key: (value: Value, cost: Int, use: Int)] = [:]
    /// Uses in order; one that a later use of the same key has replaced is passed over.
    private var uses: Deque<(key: Key, use: Int)> = []
    private var clock = 0
    package private(set) var bytes = 0

    package init(budget: Int) { self.budget = budget }

    package mutating func value(_ key: Key) -> Value? {
        guard let found = values[key] else { return nil }
        clock += 1
        values[key]?.use = clock
        uses.append((key, clock))
        if uses.count > 4 * values.count + 64 { dropStaleUses() }
        return found.value
    }

    package mutating func insert(_ value: Value, for key: Key, cost: Int) {
        clock += 1
        if let old = values.updateValue((value, cost, clock), forKey: key) { bytes -= old.cost }
        uses.append((key, clock))
        bytes += cost
        while bytes > budget, values.count > 1, let oldest = uses.popFirst() {
            guard values[oldest.key]?.use == oldest.use, let gone = values.removeValue(forKey: oldest.key)
            else {
                continue
            }
            bytes -= gone.cost
        }
    }

    private mutating func dropStaleUses() {
        uses = Deque(uses.filter { values[$0.key]?.use == $0.use })
    }
}
