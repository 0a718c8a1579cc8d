/// A set of page numbers in bounded memory: one bit a page, in parts of 4096 pages that hold any.
struct PageSet: Equatable, Sendable {
    private static let partPages: UInt32 = 4096
    private var parts: [UInt32: [UInt64]] = [:]
    private(set) var count = 0

    /// False when the page is in the set already.
    @discardableResult mutating func insert(_ page: UInt32) -> Bool {
        let part = page / Self.partPages
        let bit = Int(page % Self.partPages)
        var words = parts[part] ?? [UInt64](repeating: 0, count: Int(Self.partPages) / 64)
        guard words[bit / 64] >> UInt64(bit % 64) & 1 == 0 else { return false }
        words[bit / 64] |= 1 << UInt64(bit % 64)
        parts[part] = words
        count += 1
        return true
    }

    /// How many members are not above `last`.
    func count(through last: UInt32) -> Int {
        let end = UInt64(last) + 1
        var total = 0
        for (part, words) in parts {
            let first = UInt64(part) * UInt64(Self.partPages)
            for (index, word) in words.enumerated() {
                let start = first + UInt64(index) * 64
                if end >= start + 64 {
                    total += word.nonzeroBitCount
                } else if end > start {
                    total += (word & (1 << (end - start) - 1)).nonzeroBitCount
                }
            }
        }
        return total
    }
}
