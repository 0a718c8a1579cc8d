import DeltaSync
import OffsiteStore
import Platform
import Restore
import StoreAgent
import StoreFormat
import TestSupport
import Testing

/// A store with one point, kept in memory so that thousands of second pushes can start from it.
final class CutCourse {
    private let files = MemoryFileSystem()
    private let shipment: Shipment
    private let old: [UInt8]
    private let new: [UInt8]
    private let image: ShippedImage

    /// Eight blocks; in the next image two differ in some bytes, one is zero, one has moved, and five are new.
    init() throws {
        var random = SeededGenerator(seed: 11)
        let block = 4096
        old = random.bytes(8 * block)
        var bytes = old
        for start in [100, 3 * block + 9] {
            bytes.replaceSubrange(start..<start + 200, with: random.bytes(200))
        }
        bytes.replaceSubrange(block..<2 * block, with: [UInt8](repeating: 0, count: block))
        bytes.replaceSubrange(5 * block..<6 * block, with: old[6 * block..<7 * block])
        bytes += random.bytes(5 * block)
        new = bytes
        shipment = try Shipment(seed: 3, on: files)
        try shipment.push(try shipment.image(old))
        image = try shipment.image(new)
    }

    func content(_ generation: UInt64) -> [UInt8] { generation == 1 ? old : new }

    /// What the second push and its farewell send in one direction when nothing is cut.
    func bytes(_ direction: PipeTransport.Cut.Direction) throws -> Int {
        let host = try start()
        try host.push(seed: 1)
        let traffic = try #require(host.traffic)
        return direction == .toAgent ? traffic.sentBytes : traffic.receivedBytes
    }

    /// Store and host as the first push left them.
    func start() throws -> Host {
        let files = files.copy()
        return Host(Shipment(copying: shipment, on: files, seed: 5), files, image)
    }

    /// One copy, on which pushes of the second image are made over a connection.
    final class Host {
        let shipment: Shipment
        private let files: MemoryFileSystem
        private let image: ShippedImage
        private(set) var traffic: Traffic?

        init(_ shipment: Shipment, _ files: MemoryFileSystem, _ image: ShippedImage) {
            self.shipment = shipment
            self.files = files
            self.image = image
        }

        /// Pushes and says farewell; what breaks only the farewell does not make the push fail.
        ///
        /// The agent has ended when it returns.
        @discardableResult func push(
            seed: UInt64, cut: PipeTransport.Cut? = nil, failed: (StoreError.Kind?) -> Void = { _ in }
        ) throws -> PushResult {
            let transport = try PipeTransport(
                serving: shipment.folder.path + "/store", files: files, seed: seed, cut: cut)
            defer { _ = transport.finish() }
            do {
                let store = try AgentStore(
                    over: transport, label: "agent", dialect: Dialect(toolVersion: "1.0-near"),
                    runID: "run-\(seed)")
                let result = try shipment.push(image, to: store)
                do { try store.close() } catch { failed(error.kind) }
                traffic = store.traffic
                return result
            } catch let error as StoreError {
                failed(error.kind)
                throw error
            } catch {
                guard case .store(let inner)? = error as? SyncError else {
                    failed(nil)
                    throw error
                }
                failed(inner.kind)
                throw error
            }
        }

        func generations() throws -> [UInt64] {
            try Repository(shipment.store(), job: shipment.job.name).generations()
        }
    }
}
