internal import BitCollections
internal import Platform
internal import StoreFormat

/// What is to be sent for one point.
struct CopyShipment {
    /// A frame that goes without the pack it is in.
    struct LooseFrame {
        let source: FrameIndex.Location
        /// Where the destination has a copy without some of the records that are needed.
        let there: FrameIndex.Location?
    }

    /// Records that its map refers to and the destination did not have, with all that they need.
    var records: [FrameID: BitSet]
    /// Packs of which the destination has nothing.
    var packs: [PackIndex.Pack] = []
    /// What is needed of packs of which it has some frames already, in packs of its own.
    var frames: [LooseFrame] = []
    var maps: [ListedObject] = []
    /// Packs that are there and in no index, as a copy that was cut leaves them.
    var unindexed: [PackIndex.Pack] = []

    /// What goes over as it is.
    func objects(of job: Name) -> [ListedObject] {
        packs.map { ListedObject(key: .pack(job, $0.name), length: $0.length) } + maps
    }

    /// Nearly: what frames are put into, and what they are joined with, has a few more.
    var bytes: Int {
        packs.reduce(0) { $0 + $1.length } + frames.reduce(0) { $0 + $1.source.entry.length }
            + maps.reduce(0) { $0 + $1.length }
    }
}
