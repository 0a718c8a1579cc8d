/// Finds what somebody meant to type.
enum NearestKey {
    /// The known key with the fewest changes to `key`, if they are few enough to be a slip.
    static func to(_ key: String, among known: [String]) -> String? {
        let limit = max(1, min(3, key.count / 2))
        let distances = known.map { (name: $0, changes: distance(key.lowercased(), $0)) }
        guard let best = distances.min(by: { $0.changes < $1.changes }), best.changes <= limit else {
            return nil
        }
        return best.name
    }

    /// A hint for an unknown key: the nearest one, else all there are.
    static func hint(_ key: String, among known: [String]) -> String? {
        if let nearest = to(key, among: known) { return "did you mean \"\(nearest)\"?" }
        return known.isEmpty ? nil : "known here: " + known.joined(separator: ", ")
    }

    /// Insertions, deletions, replacements and swaps of neighbours that turn one into the other.
    ///
    /// Optimal string alignment. Costs the product of the lengths, so overlong input is cut off.
    static func distance(_ left: String, _ right: String) -> Int {
        let a = Array(left.prefix(64))
        let b = Array(right.prefix(64))
        var beforeLast = [Int](repeating: 0, count: b.count + 1)
        var last = Array(0...b.count)
        for i in 0..<a.count {
            var row = [i + 1]
            for j in 0..<b.count {
                var best = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
                    best = min(best, beforeLast[j - 1] + 1)
                }
                row.append(best)
            }
            beforeLast = last
            last = row
        }
        return last[b.count]
    }
}
