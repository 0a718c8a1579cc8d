internal import BitCollections
package import Platform
package import StoreFormat

/// References of map segments, and copies of frames.
extension Repository {
    /// Reads the frames and records that a map segment refers to.
    ///
    /// - Parameter pulse: Called before each read.
    func references(
        _ segment: Digest256, length: Int, pulse: (() throws(StoreError) -> Void)? = nil
    ) throws(StoreError) -> [FrameID: BitSet] {
        let key = ObjectKey.map(job.name, segment)
        return try MapReferences.read(
            length: length, job: job.id, expected: segment, format: { StoreError("read", key.path, $0) }
        ) { (offset, count) throws(StoreError) in
            try pulse?()
            return try self.store.read(key, at: offset, count: count)
        }
    }

    /// A pack and the frames in it, by its footer.
    func footer(of name: Digest256, length: Int) throws(StoreError) -> PackIndex.Pack {
        let key = pack(name)
        let footer = try PackTail.footer(
            length: length, job: job.id, format: { StoreError("read", key.path, $0) },
            read: { (offset, count) throws(StoreError) in try store.read(key, at: offset, count: count) })
        return PackIndex.Pack(name: name, length: length, frames: footer.entries)
    }

    /// Adds an index of packs.
    ///
    /// - Returns: Its name and length.
    @discardableResult
    package func put(_ packs: [PackIndex.Pack]) throws(StoreError) -> (name: Digest256, length: Int) {
        forgetFrames()
        let bytes = PackIndex(packs).encoded(job: job.id, store: storeID)
        return (try store.put(.index, job: job.name, bytes), bytes.count)
    }

    /// True if two copies of a frame agree in every record that both have.
    ///
    /// A copy that cannot be read is damage, which another one repairs; so only the first has to be whole.
    func agree(_ one: FrameIndex.Location, _ other: FrameIndex.Location) throws(StoreError) -> Bool {
        guard let known = try frame(other) else { return true }
        guard let new = try frame(one) else { return false }
        return new.agrees(with: known)
    }

    /// The first of these frames whose pack is not there, or that has two contents; nil where all is well.
    func firstLost(
        of records: [FrameID: BitSet], _ locations: FrameIndex, pulse: (() throws(StoreError) -> Void)?
    ) throws(StoreError) -> LostObject? {
        for frame in records.keys {
            guard let location = locations[frame],
                try store.length(of: pack(location.pack))
                    == locations.length(ofPack: location.pack)
            else {
                return LostObject(
                    what: "the pack of frame \(frame) is not there as it should be", frame: frame)
            }
        }
        for (frame, copies) in locations.copies where records[frame] != nil {
            guard let chosen = locations[frame] else { continue }
            try pulse?()
            for copy in copies where try !agree(copy, chosen) {
                return LostObject(
                    what: "frame \(frame) has two contents, in packs \(chosen.pack) and \(copy.pack)",
                    frame: frame)
            }
        }
        return nil
    }

    private func frame(_ location: FrameIndex.Location) throws(StoreError) -> Frame? {
        do throws(StoreError) {
            let bytes = try store.read(
                pack(location.pack), at: location.entry.offset, count: location.entry.length)
            let frame = try? Frame(parsing: bytes)
            return frame?.id == location.entry.frame ? frame : nil
        } catch {
            guard error.tellsOfDamage else { throw error }
            return nil
        }
    }
}

extension Frame {
    /// True if a copy of the frame, thinned in its own way, agrees in every record that both have.
    func agrees(with other: Frame) -> Bool {
        guard id == other.id, records.count == other.records.count else { return false }
        return records.indices.allSatisfy { number in
            guard !records[number].isLeftOut, !other.records[number].isLeftOut else {
                return records[number].length == other.records[number].length
            }
            return records[number] == other.records[number] && payload(number) == other.payload(number)
        }
    }
}

/// Something that points need and that is not to be found.
struct LostObject: Error {
    let what: String
    /// The points that need it, rising.
    var points: [UInt64] = []
    var frame: FrameID?
}
