import OffsiteStore
import Platform
import Synchronization
import TestSupport
import Testing

@testable import hybridrep

@Suite struct EarlyConnectionTests {
    private static let last = 1 << 30

    /// A store, and how often it was opened.
    private final class Far: Sendable {
        let openings = Atomic(0)

        func open() throws -> sending any ObjectStore {
            openings.wrappingAdd(1, ordering: .relaxed)
            return DirectoryStore(
                root: "/nowhere", files: HostFileSystem(), clock: FixedClock(),
                entropy: SeededEntropy(seed: 1)
            )
        }
    }

    @Test("the store is opened with the last GiB of the source, and had once")
    func lastBytes() throws {
        let far = Far()
        let early = EarlyConnection(to: Name.valid("vault")) { try far.open() }
        early.note(doneBytes: 0, totalBytes: Self.last + 1)
        early.note(doneBytes: 1, totalBytes: nil)
        #expect(early.take(Name.valid("vault")) == nil)
        #expect(far.openings.load(ordering: .relaxed) == 0)
        early.note(doneBytes: 1, totalBytes: Self.last + 1)
        early.note(doneBytes: 2, totalBytes: Self.last + 1)
        #expect(early.take(Name.valid("other")) == nil)
        #expect(early.take(Name.valid("vault")) != nil)
        #expect(early.take(Name.valid("vault")) == nil)
        early.end()
        #expect(far.openings.load(ordering: .relaxed) == 1)
    }

    @Test("what could not be opened is not there")
    func failed() throws {
        let early = EarlyConnection(to: Name.valid("vault")) {
            throw StoreError(.unreachable, "talk to", "vault", "no route")
        }
        early.note(doneBytes: 1, totalBytes: 1)
        #expect(early.take(Name.valid("vault")) == nil)
        early.end()
    }
}
