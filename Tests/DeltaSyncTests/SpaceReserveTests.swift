import OffsiteStore
import Platform
import Restore
import StoreFormat
import TestSupport
import Testing

@Suite struct SpaceReserveTests {
    @Test(
        "a push begins with a hundredth of the disk free, or with 64 MiB",
        arguments: [(1_000_000, 10_000), (1 << 40, 64 << 20)])
    func reserve(totalBytes: Int, neededBytes: Int) throws {
        let full = SpaceStatus(availableBytes: neededBytes - 1, totalBytes: totalBytes)
        let files = ScarceFiles(on: MemoryFileSystem(), full)
        let shipment = try Shipment(on: files)
        var random = SeededGenerator(seed: 1)
        let bytes = random.bytes(8_192)
        let image = try shipment.image(bytes)
        let error = #expect(throws: SyncError.self) { try shipment.push(image) }
        #expect(
            error
                == .store(
                    StoreError(
                        .noSpace, "push to", shipment.store().label,
                        "\(neededBytes - 1) of \(totalBytes) bytes are free, a push begins with \(neededBytes)",
                        hint: "make room at the store's file system; list, verify and restore work as before")
                ))
        #expect(try shipment.store().list(.pack, job: shipment.job.name).isEmpty)
        files.set(SpaceStatus(availableBytes: neededBytes, totalBytes: totalBytes))
        try shipment.push(image)
        files.set(full)
        #expect(try shipment.check(.full).isGood)
        #expect(try shipment.restored(1) == bytes)
    }
}
