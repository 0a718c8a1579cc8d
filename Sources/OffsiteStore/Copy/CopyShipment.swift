internal import BitCollections
internal import Platform
internal import StoreFormat

/// The objects to send for one point.
struct CopyShipment {
    /// A frame that goes without the pack it is in.
    struct LooseFrame {
        let source: FrameIndex.Location
        /// The place of a copy at the destination that has not all records that are needed.
        let there: FrameIndex.Location?
    }

    /// Records that its map refers to and the destination did not have, with all that they need.
    var records: [FrameID: BitSet]
    /// Packs of which the destination has nothing.
    var packs: [PackIndex.Pack] = []
    /// Frames to send in packs of their own, since the destination has other frames of their packs.
    var frames: [LooseFrame] = []
    var maps: [ListedObject] = []
    /// Packs that are there and in no index, as a copy that was cut leaves them.
    var unindexed: [PackIndex.Pack] = []

    /// Packs and maps that are sent as they are.
    func objects(of job: Name) -> [ListedObject] {
        packs.map { ListedObject(key: .pack(job, $0.name), length: $0.length) } + maps
    }

    /// Nearly: what frames are put into, and what they are joined with, has a few more.
    var bytes: Int {
        packs.reduce(0) { $0 + $1.length } + frames.reduce(0) { $0 + $1.source.entry.length }
            + maps.reduce(0) { $0 + $1.length }
    }
}
