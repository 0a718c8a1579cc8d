internal import OffsiteStore
internal import Platform
internal import StoreFormat

/// The frames that cannot be read any more, since packs are damaged; each of these packs' frames is read once, when asked for.
final class MissingFrames {
    private let store: any ObjectStore
    private let job: Name
    private let locations: FrameIndex
    private let packs: Set<Digest256>
    private var known: [FrameID: Bool] = [:]

    init(
        _ store: any ObjectStore, job: Name, _ locations: FrameIndex, damaged packs: Set<Digest256>
    ) {
        self.store = store
        self.job = job
        self.locations = locations
        self.packs = packs
    }

    func contains(_ frame: FrameID) throws(SyncError) -> Bool {
        if let known = known[frame] { return known }
        let isLost = try isLost(frame)
        known[frame] = isLost
        return isLost
    }

    private func isLost(_ frame: FrameID) throws(SyncError) -> Bool {
        guard let location = locations[frame] else { return true }
        guard packs.contains(location.pack) else { return false }
        do throws(StoreError) {
            let bytes = try store.read(
                .pack(job, location.pack), at: location.entry.offset, count: location.entry.length)
            return (try? Frame(parsing: bytes))?.id != frame
        } catch {
            guard [.corrupt, .notFound, .failed].contains(error.kind) else { throw .store(error) }
            return true
        }
    }
}
