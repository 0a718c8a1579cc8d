package import Platform
internal import Synchronization

/// Files on a disk that tells what the test says is free on it.
package final class ScarceFiles: FileSystemDecorator {
    package let base: any FileSystem
    private let free: Mutex<SpaceStatus>

    package init(on base: any FileSystem, _ free: SpaceStatus) {
        self.base = base
        self.free = Mutex(free)
    }

    /// A disk so large that it always keeps the whole reserve, with so much free beside that.
    package convenience init(on base: any FileSystem, freeBytes: Int) {
        self.init(on: base, SpaceStatus(availableBytes: 0, totalBytes: 1 << 50))
        set(freeBytes: freeBytes)
    }

    package func set(_ space: SpaceStatus) { free.withLock { $0 = space } }

    package func set(freeBytes: Int) {
        free.withLock {
            $0 = SpaceStatus(
                availableBytes: freeBytes + $0.reservedBytes, totalBytes: $0.totalBytes)
        }
    }

    package func space(_ path: String) -> SpaceStatus { free.withLock { $0 } }
}
