import Foundation
import Image
import OffsiteStore
import Platform
import StoreFormat
import TestSupport
import Testing

/// A point that says its image has far more zeros than anything vouches for, as its owner meets it.
@Suite struct MapBombCommandTests {
    private static func zeros(_ site: Site, _ length: Int) throws {
        let store = LocalStoreService(
            directory: site.store, files: HostFileSystem(), clock: SystemClock(),
            entropy: SeededEntropy(seed: 1))
        defer { store.close() }
        let repository = try Repository(store, job: .valid("mdb01"))
        let head = try #require(try repository.head())
        let segment = try MapSegment.made(
            [MapEntry(offset: 0, length: length, source: .zero)],
            [FingerprintRun(offset: 0, length: length, blockSize: 1, source: .zero)], job: repository.job.id)
        _ = try store.put(.map, job: repository.job.name, segment.bytes)
        var point = head.point
        point.generation += 1
        point.parent = head.reference
        point.segments = [segment.name]
        point.layout = try ImageLayout([
            Extent(key: .init(.data, ""), offset: 0, length: length, blockSize: 1)
        ])
        point.counts = .init()
        _ = try store.commit(
            point.encoded(job: repository.job.id, store: repository.storeID), generation: point.generation,
            job: repository.job.name)
    }

    @Test func aBombIsNamedAndLaterNightsAreGood() throws {
        let site = try Site()
        try site.configure(
            source: try site.makeRawFile(), targets: ["vault": "directory: \(site.store)"])
        try site.expectGood("init", "vault")
        try site.expectGood("run", Site.job)
        try Self.zeros(site, 1 << 50)
        let status = try site.run("status", Site.job)
        #expect(status.status == 27)
        #expect(
            status.outputText.contains(
                "has an image far larger than its stored data and than any image before it"))
        #expect(status.outputText.contains("hybridrep release mdb01 2"))
        #expect(try site.expectGood("show", Site.job).contains("1-"))
        let image = site.path("image")
        try site.expectGood("restore", Site.job, "--image", image)
        let named = try site.expect(22, "restore", Site.job, "2", "--image", site.path("bomb"))
        #expect(named.contains("says that its image has 1.0 PiB, far more than is stored of it"))
        #expect(named.contains("hint: look at it; if it is as it should be: hybridrep release mdb01 2"))
        #expect(try site.run("verify", Site.job, "--full").status == 22)
        // The next night builds on nothing of it and fails by its name; those after it say that it is still there.
        let first = try site.expect(22, "run", Site.job)
        #expect(first.contains("target vault has points that this host did not make (2): point 2-"))
        #expect(first.contains("hybridrep forget mdb01 2"))
        for _ in 0..<2 {
            let night = try site.run("run", Site.job)
            #expect(night.status == 0)
            #expect(
                night.errorText.contains("target vault still has 1 point (2) that this host did not make"))
        }
        try site.expectGood("verify", Site.job, "--full")
        let later = try site.run("status", Site.job)
        #expect(later.status == 27)
        #expect(later.outputText.contains("remove it with: hybridrep forget mdb01 2 --target vault"))
        try site.expectGood("forget", Site.job, "2", "--target", "vault")
        try site.expectGood("status", Site.job)
        #expect(!(try site.run("run", Site.job).errorText.contains("did not make")))
        try site.expectGood("gc", Site.job)
    }
}
