package import DequeModule

/// Keeps what was used last, up to a number of bytes.
///
/// Inlinable: a restore asks for hundreds of thousands of records, and unspecialised a fifth of its time went into metadata.
package struct BoundedCache<Key: Hashable, Value> {
    @usableFromInline let budget: Int
    @usableFromInline var values: [Key: (value: Value, cost: Int, use: Int)] = [:]
    /// Uses in order; one that a later use of the same key has replaced is passed over.
    @usableFromInline var uses: Deque<(key: Key, use: Int)> = []
    @usableFromInline var clock = 0
    @usableFromInline package private(set) var bytes = 0

    @inlinable package init(budget: Int) { self.budget = budget }

    @inlinable package mutating func value(_ key: Key) -> Value? {
        guard let found = values[key] else { return nil }
        clock += 1
        values[key]?.use = clock
        uses.append((key, clock))
        if uses.count > 4 * values.count + 64 { dropStaleUses() }
        return found.value
    }

    @inlinable package mutating func insert(_ value: Value, for key: Key, cost: Int) {
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

    @usableFromInline mutating func dropStaleUses() {
        uses = Deque(uses.filter { values[$0.key]?.use == $0.use })
    }
}
