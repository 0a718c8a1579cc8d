import OffsiteStore
import Platform
import Synchronization
import TestSupport
import Testing

@testable import hybridrep

@Suite struct ConnectionPrefetchTests {
    private static let vault = Name.valid("vault")

    /// A clock that is set.
    private final class HandClock: Clock {
        let seconds = Atomic(0)
        let now = Timestamp(seconds: 0)
        var monotonicNanoseconds: UInt64 { UInt64(seconds.load(ordering: .relaxed)) * 1_000_000_000 }
        func sleep(milliseconds: Int) {}
        func set(_ seconds: Int) { self.seconds.store(seconds, ordering: .relaxed) }
    }

    /// A store, and how often it was opened.
    private final class Far: Sendable {
        let openings = Atomic(0)

        func open() throws -> sending any ObjectStore {
            openings.wrappingAdd(1, ordering: .relaxed)
            return LocalStoreService(
                directory: "/nowhere", files: HostFileSystem(), clock: FixedClock(),
                entropy: SeededEntropy(seed: 1)
            )
        }
    }

    @Test("the store is opened when five seconds of the source are left, and had once")
    func lastBytes() throws {
        let far = Far()
        let clock = HandClock()
        let early = ConnectionPrefetch(to: Self.vault, clock) { try far.open() }
        clock.set(10)
        early.note(doneBytes: 0, totalBytes: 150)
        early.note(doneBytes: 100, totalBytes: nil)
        early.note(doneBytes: 99, totalBytes: 150)
        #expect(far.openings.load(ordering: .relaxed) == 0)
        early.note(doneBytes: 100, totalBytes: 150)
        early.note(doneBytes: 101, totalBytes: 150)
        #expect(try early.take(Name.valid("other")) == nil)
        #expect(try early.take(Self.vault) != nil)
        #expect(try early.take(Self.vault) == nil)
        early.end()
        #expect(far.openings.load(ordering: .relaxed) == 1)
    }

    @Test("one that has waited for long is not used")
    func idle() throws {
        let far = Far()
        let clock = HandClock()
        let early = ConnectionPrefetch(to: Self.vault, clock) { try far.open() }
        early.note(doneBytes: 1, totalBytes: 1)
        clock.set(31)
        #expect(try early.take(Self.vault) == nil)
        #expect(far.openings.load(ordering: .relaxed) == 1)
    }

    @Test("why it could not be opened is told, not tried again")
    func failed() throws {
        let failure = StoreError(.unreachable, "talk to", "vault", "no route")
        let early = ConnectionPrefetch(to: Self.vault, HandClock()) { throw failure }
        early.note(doneBytes: 1, totalBytes: 1)
        #expect(throws: failure) { try early.take(Self.vault) }
        early.end()
    }

    @Test("without a source there is none")
    func none() throws {
        let early = ConnectionPrefetch(to: Self.vault, HandClock()) { try Far().open() }
        #expect(try early.take(Self.vault) == nil)
        early.end()
    }
}
