import TestSupport

/// Changes of an input such as a fuzzer makes, decided by a seed.
enum Mutation {
    private static let edges: [UInt64] = [
        0, 1, 0x7F, 0x80, 0xFF, 0xFFFF, 0x7FFF_FFFF, 0xFFFF_FFFF, 1 << 60, .max >> 1, 1 << 63, .max,
    ]

    /// One to eight changes of `bytes`, parts of `other` among them.
    static func apply(_ bytes: [UInt8], with other: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
        var result = bytes
        for _ in 0...Int(random.next() % 8) {
            let place = Int(random.next() % UInt64(result.count + 1))
            let length = min(Int(random.next() % 16), result.count - place)
            switch random.next() % 8 {
            case 0: if place < result.count { result[place] ^= 1 << UInt8(random.next() % 8) }
            case 1: if place < result.count { result[place] = UInt8(truncatingIfNeeded: random.next()) }
            case 2: result.insert(contentsOf: random.bytes(length), at: place)
            case 3: result.removeSubrange(place..<place + length)
            case 4: result.insert(contentsOf: Array(result[place..<place + length]), at: place)
            case 5:
                // An edge, little-endian, over what is there.
                let edge = edges[Int(random.next() % UInt64(edges.count))]
                let width = min([1, 2, 4, 8][Int(random.next() % 4)], result.count - place)
                for index in 0..<width {
                    result[place + index] = UInt8(truncatingIfNeeded: edge >> UInt64(index * 8))
                }
            case 6:
                let from = Int(random.next() % UInt64(other.count + 1))
                result.insert(contentsOf: other[from..<min(other.count, from + 32)], at: place)
            default: if random.next() % 4 == 0 { result.removeSubrange(place...) }
            }
        }
        return result
    }
}
