import Image
import Platform
import StoreFormat
import TestSupport
import Testing
@testable import DeltaSync

@Suite struct BlankLeapTests {
    private static func point(_ pages: Int, blank: Int) throws -> Point {
        var point = Point(
            generation: 7, parent: nil, kind: .full, health: .good, sourceTime: Timestamp(seconds: 0),
            layout: try ImageLayout([]), imageDigest: SHA256Hasher.hash([UInt8(2)].span), counts: .init(),
            toolVersion: "", segments: [], sourceFacts: [])
        point.counts.pages = pages
        point.counts.blankPages = blank
        return point
    }

    private static func reason(_ now: (Int, blank: Int), since then: (Int, blank: Int)) throws -> String? {
        try SanityGate.blankLeap(point(now.0, blank: now.blank), since: point(then.0, blank: then.blank))
    }

    @Test("a hundred of a few hundred pages that were in use are a leap")
    func leap() throws {
        #expect(
            try Self.reason((766, blank: 485), since: (766, blank: 385))
                == "100 pages that were in use are blank: 281 of 766 are in use, point 7 has 381 of 766")
        #expect(try Self.reason((766, blank: 766), since: (766, blank: 385)) != nil)
        // Also where the file has grown the same night.
        #expect(try Self.reason((966, blank: 685), since: (766, blank: 385)) != nil)
    }

    @Test("growth, a smaller database, and a few freed pages are none")
    func none() throws {
        for now in [(766, 385), (1766, 1385), (1766, 1000), (400, 20), (766, 200), (766, 404), (0, 0)] {
            #expect(try Self.reason(now, since: (766, blank: 385)) == nil)
        }
        #expect(try Self.reason((20, blank: 17), since: (20, blank: 10)) == nil)
        #expect(try Self.reason((20, blank: 18), since: (20, blank: 10)) != nil)
        #expect(try Self.reason((100_000, blank: 5_000), since: (100_000, blank: 0)) == nil)
        #expect(try Self.reason((100_000, blank: 5_001), since: (100_000, blank: 0)) != nil)
        #expect(try Self.reason((100, blank: 90), since: (0, blank: 0)) == nil)
    }

    @Test("counts that nothing real has trap nowhere", arguments: [Int.max, Int.min, 1 << 62, -1])
    func hostile(count: Int) throws {
        for now in [(count, 0), (0, count), (count, count)] {
            _ = try Self.reason(now, since: (766, blank: 385))
            _ = try Self.reason((766, blank: 385), since: now)
        }
    }
}
