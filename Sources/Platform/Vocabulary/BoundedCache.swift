/// Keeps what was used last, up to a number of bytes, as long as no value takes more than half of it.
///
/// In two generations: what comes or is used belongs to the younger one, and when that has half of the budget, the older one goes.
/// So a use costs one look into a dictionary, and at least what was used within half of the budget is there.
///
/// Public and inlinable, or other modules get it unspecialised: a restore asks for hundreds of thousands of records, a fifth of whose time then goes into metadata.
public struct BoundedCache<Key: Hashable, Value> {
    @usableFromInline struct Entry {
        @usableFromInline let value: Value
        @usableFromInline let cost: Int

        @inlinable init(_ value: Value, cost: Int) {
            self.value = value
            self.cost = cost
        }
    }
    @usableFromInline let halfBudget: Int
    @usableFromInline var young: [Key: Entry] = [:]
    @usableFromInline var youngBytes = 0
    @usableFromInline var old: [Key: Entry] = [:]

    /// - Parameter budget: The most that is kept, in the unit of the costs.
    @inlinable public init(budget: Int) { halfBudget = budget / 2 }

    /// Returns the value of a key, if it is still cached, and counts it as used now.
    @inlinable public mutating func value(_ key: Key) -> Value? {
        if let found = young[key] { return found.value }
        guard !old.isEmpty, let found = old.removeValue(forKey: key) else { return nil }
        keep(found, for: key)
        return found.value
    }

    /// Keeps a value in the place of what the key had.
    ///
    /// - Parameter cost: About the bytes it takes; one that costs more than half of the budget is kept all the same.
    @inlinable public mutating func insert(_ value: Value, for key: Key, cost: Int) {
        old.removeValue(forKey: key)
        keep(Entry(value, cost: cost), for: key)
    }

    @inlinable mutating func keep(_ entry: Entry, for key: Key) {
        if youngBytes + entry.cost > halfBudget, !young.isEmpty {
            (old, young, youngBytes) = (young, [:], 0)
        }
        if let replaced = young.updateValue(entry, forKey: key) { youngBytes -= replaced.cost }
        youngBytes += entry.cost
    }
}
