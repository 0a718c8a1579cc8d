internal import DequeModule
internal import StoreFormat

/// Map entries in the order of the image, of which some have no place in a store yet.
struct PendingEntries {
    private var entries: Deque<(entry: MapEntry, isOpen: Bool)> = []
    /// The number of the first one here.
    private var firstNumber = 0

    var count: Int { entries.count }

    /// End of the last one, and its number; nil if there is none.
    var last: (end: Int, number: Int)? {
        entries.last.map { ($0.entry.end, firstNumber + entries.count - 1) }
    }

    subscript(number: Int) -> MapEntry { entries[number - firstNumber].entry }

    mutating func append(_ entry: MapEntry) { entries.append((entry, false)) }

    /// Adds one whose place is still open.
    ///
    /// - Returns: Its number.
    mutating func appendOpen(_ offset: Int, length: Int) -> Int {
        entries.append((MapEntry(offset: offset, length: length, source: .zero), true))
        return firstNumber + entries.count - 1
    }

    /// Makes the last one longer.
    mutating func extendLast(by length: Int) {
        guard let (last, isOpen) = entries.popLast() else { return }
        entries.append(
            (MapEntry(offset: last.offset, length: last.length + length, source: last.source), isOpen))
    }

    /// Says where the bytes of entry `number` are.
    mutating func settle(_ number: Int, at source: MapEntry.Source) {
        let entry = self[number]
        entries[number - firstNumber] = (
            MapEntry(offset: entry.offset, length: entry.length, source: source), false
        )
    }

    /// The first one, if nothing about it is open any more.
    mutating func popSettled() -> MapEntry? {
        guard let first = entries.first, !first.isOpen else { return nil }
        entries.removeFirst()
        firstNumber += 1
        return first.entry
    }
}
