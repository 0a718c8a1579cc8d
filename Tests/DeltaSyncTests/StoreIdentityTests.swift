import DeltaSync
import OffsiteStore
import Platform
import Restore
import StoreFormat
import TestSupport
import Testing

/// A store that is not the one, or not as new, as what this host remembers: nothing is written to it.
@Suite struct StoreIdentityTests {
    /// Two hosts' worth of files: what is in a store's folder can be taken out and put back.
    private final class Site {
        let files = MemoryFileSystem()
        let shipment: Shipment
        var bytes = [UInt8](repeating: 3, count: 20_000)

        init(seed: UInt64 = 1) throws { shipment = try Shipment(seed: seed, on: files) }

        private var root: String { shipment.folder.path + "/store/" }

        func push() throws -> PushResult {
            bytes[bytes.count / 2] &+= 1
            return try shipment.push(try shipment.image(bytes))
        }

        var store: [String: [UInt8]] {
            get { files.contents.filter { $0.key.hasPrefix(root) } }
            set {
                for path in store.keys { try? files.remove(path) }
                for (path, bytes) in newValue { try? files.open(path, .create).write(bytes.span, at: 0) }
            }
        }

        func path(ofPoint generation: UInt64) -> String {
            shipment.path(.point(shipment.job.name, generation))
        }

        func expectRefused(_ text: String) throws {
            let before = store
            let error = #expect(throws: SyncError.self) { try push() }
            guard case .wrongStore(let what, let hint) = error else {
                return #expect(Bool(false), "\(String(describing: error))")
            }
            #expect(what == text)
            #expect(hint.contains("hybridrep init vault") || hint.contains("another store"))
            #expect(store == before)
        }
    }

    @Test func aStoreThatWasMadeAnew() throws {
        let site = try Site()
        let empty = site.store
        _ = try site.push()
        let other = try Site(seed: 2)
        site.store = [:]
        let id = try Identifier.random(from: SeededEntropy(seed: 77))
        _ = try site.shipment.store().initialise(StoreObject(id: id, created: FixedClock().now))
        _ = try site.shipment.store().publishJob(
            site.shipment.job.name, site.shipment.job.encoded(store: id))
        try site.expectRefused("target vault is another store than the one this job was shipped to")
        #expect(!empty.isEmpty && other.shipment.job != site.shipment.job)
    }

    @Test func anotherJobOfTheSameName() throws {
        let site = try Site()
        _ = try site.push()
        let other = try Site(seed: 2)
        let folder = other.shipment.folder.path
        site.store = Dictionary(
            uniqueKeysWithValues: other.store.map {
                (site.shipment.folder.path + $0.key.dropFirst(folder.count), $0.value)
            })
        try site.expectRefused("target vault holds another job of the name mdb01")
    }

    @Test func anOlderCopy() throws {
        let site = try Site()
        _ = try site.push()
        let older = site.store
        _ = try site.push()
        site.store = older
        try site.expectRefused("target vault has lost point 2: an older copy of the store?")
        site.store = older.filter { $0.key != site.path(ofPoint: 1) }
        try site.expectRefused("target vault has lost point 2: an older copy of the store?")
    }

    @Test func theNewestPointRemoved() throws {
        let site = try Site()
        for _ in 0..<3 { _ = try site.push() }
        site.store[site.path(ofPoint: 3)] = nil
        try site.expectRefused("target vault has lost point 3: an older copy of the store?")
    }

    @Test func aCopyThatWentItsOwnWay() throws {
        let site = try Site()
        _ = try site.push()
        let older = site.store
        _ = try site.push()
        let memory = try #require(site.shipment.state().target(site.shipment.target))
        let newer = site.store
        try site.shipment.state().forget(site.shipment.target)
        site.store = older
        _ = try site.push()
        let own = try #require(site.shipment.state().target(site.shipment.target))
        try site.shipment.state().remember(memory, of: site.shipment.target)
        try site.expectRefused("point 2 of target vault is not the one that was committed")

        // And where the point that is remembered was put back, but those after it do not follow it.
        try site.shipment.state().remember(own, of: site.shipment.target)
        _ = try site.push()
        try site.shipment.state().remember(memory, of: site.shipment.target)
        site.store[site.path(ofPoint: 2)] = newer[site.path(ofPoint: 2)]
        try site.expectRefused(
            "the newest points of target vault do not follow point 2, which was committed")
    }

    @Test func stateThatIsOlderThanTheStoreIsNoError() throws {
        let site = try Site()
        _ = try site.push()
        let memory = try #require(site.shipment.state().target(site.shipment.target))
        for _ in 0..<80 { _ = try site.push() }
        try site.shipment.state().remember(memory, of: site.shipment.target)
        #expect(try site.push().point.generation == 82)
        try site.shipment.state().forget(site.shipment.target)
        #expect(try site.push().baseDamage == nil)
    }
}
