/// Finds anchors: places in a run of bytes that its content determines, wherever that is in a file.
///
/// A gear hash over the last 64 bytes runs along; where it falls below a limit, there is an anchor. So the same
/// bytes have the same anchors, one in about 16 KiB, and in two versions of a file these tell how far its content
/// has moved. After an anchor the next half of that distance is passed over unread.
package struct GearScanner {
    /// A place and the hash of the bytes before it.
    package struct Anchor: Equatable, Sendable {
        /// Offset of the first byte after the hashed ones.
        package let offset: Int
        package let hash: UInt64
    }

    /// Bytes that a hash depends on: older ones have been shifted out of it.
    package static let windowBytes = 64
    /// Fewest bytes from one anchor to the next.
    package static let leastDistance = 8 << 10
    /// Hashes below this are anchors: one in 8 Ki.
    package static let limit: UInt64 = 1 << (64 - 13)

    /// Random numbers, one for each byte value (splitmix64 from seed 1).
    package static let table: [UInt64] = {
        var state: UInt64 = 1
        return (0..<256).map { _ in
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }()

    private var hash: UInt64 = 0
    /// Bytes that must pass before there can be an anchor; the last of them are hashed all the same.
    private var quiet = windowBytes

    package init() {}

    /// Takes the next bytes and appends their anchors.
    ///
    /// - Parameter offset: Offset of `bytes` in the file, from which anchors count.
    package mutating func scan(_ bytes: Span<UInt8>, at offset: Int, into anchors: inout [Anchor]) {
        var next = 0
        while next < bytes.count {
            if quiet > 0 {
                let skipped = min(max(0, quiet - Self.windowBytes), bytes.count - next)
                next += skipped
                quiet -= skipped
                let hashed = min(quiet, bytes.count - next)
                hash = Self.hash(hash, bytes.extracting(next..<next + hashed))
                next += hashed
                quiet -= hashed
                if quiet > 0 { return }
            }
            guard let found = Self.firstAnchor(in: bytes, from: next, &hash) else { return }
            anchors.append(Anchor(offset: offset + found, hash: hash))
            next = found
            hash = 0
            quiet = Self.leastDistance
        }
    }

    private static func hash(_ start: UInt64, _ bytes: Span<UInt8>) -> UInt64 {
        var hash = start
        for index in bytes.indices { hash = hash &<< 1 &+ table[Int(bytes[index])] }
        return hash
    }

    /// Place of the first anchor from `start` on; `hash` is then its hash, or that of all the bytes.
    private static func firstAnchor(in bytes: Span<UInt8>, from start: Int, _ hash: inout UInt64) -> Int? {
        var running = hash
        let found: Int? = unsafe bytes.withUnsafeBufferPointer { bytes in
            unsafe table.withUnsafeBufferPointer { table in
                var next = start
                while next < bytes.count {
                    running = unsafe running &<< 1 &+ table[Int(bytes[next])]
                    next += 1
                    if running < limit { return next }
                }
                return nil
            }
        }
        hash = running
        return found
    }
}
