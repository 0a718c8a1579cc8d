internal import Platform
internal import StoreFormat

/// Indexes name the packs that are there.
extension GarbageCollector {
    /// Indexes that are small, or name packs that are gone, become one.
    ///
    /// That one also names the packs that points need and no readable index names; then damaged indexes go.
    /// - Parameters:
    ///   - packs: Those that points need.
    ///   - locations: Where frames were before packs were thinned.
    mutating func mergeIndexes(
        _ shelf: PointShelf, _ newest: UInt64, of packs: [Repack.Candidate], _ locations: FrameIndex
    ) throws(StoreError) {
        guard !request.isTrial else { return }
        let present = Set(try store.list(.pack, job: job).compactMap(\.key.digest))
        var merged: [PackIndex.Pack] = []
        var known: Set<Digest256> = []
        var replaced: [ListedObject] = []
        var isStale = false
        var damaged: [ListedObject] = []
        for object in try store.list(.index, job: job) {
            guard try isAsItArrived(object) else {
                damaged.append(object)
                continue
            }
            if try isUseless(object, present, shelf) {
                try trash.put(object.key, newest: newest)
                continue
            }
            guard object.length <= IndexMerge.mergedBytes else { continue }
            guard let index = try readable(object, shelf) else { continue }
            let namesGone = index.packs.contains { !present.contains($0.name) }
            isStale = isStale || namesGone
            guard namesGone || object.length <= IndexMerge.smallBytes else { continue }
            replaced.append(object)
            for pack in index.packs where present.contains(pack.name) && known.insert(pack.name).inserted {
                merged.append(pack)
            }
            try store.pulse?()
        }
        for pack in packs where present.contains(pack.pack) && !locations.isIndexed(pack.pack) {
            guard known.insert(pack.pack).inserted else { continue }
            merged.append(try shelf.repository.footer(of: pack.pack, length: pack.length))
            isStale = true
        }
        guard isStale || !damaged.isEmpty || replaced.count >= IndexMerge.fewest else { return }
        var name: Digest256?
        do throws(StoreError) {
            if !merged.isEmpty { name = try shelf.repository.put(merged).name }
        } catch {
            // An index that names what is gone is passed over.
            guard error.kind == .noSpace else { throw error }
            return
        }
        for object in replaced + damaged where object.key.digest != name {
            try trash.put(object.key, newest: newest)
        }
    }

    /// True if its bytes can be read and are those of its name.
    func isAsItArrived(_ object: ListedObject) throws(StoreError) -> Bool {
        do throws(StoreError) { return try store.storage.hash(object.key) == object.key.digest } catch {
            guard error.tellsOfDamage else { throw error }
            return false
        }
    }

    /// True if it is no index, or one whose packs are all gone.
    private func isUseless(
        _ object: ListedObject, _ present: Set<Digest256>, _ shelf: PointShelf
    ) throws(StoreError) -> Bool {
        do throws(StoreError) {
            do throws(StoreError) {
                var cursor = try IndexCursor(
                    length: object.length, job: shelf.repository.job.id, storeID: shelf.repository.storeID,
                    subject: object.key.path
                ) { (offset, count) throws(StoreError) in try store.read(object.key, at: offset, count: count)
                }
                var namesSome = false
                while let (name, length, footer) = try cursor.next() {
                    namesSome = namesSome || present.contains(name)
                    do throws(FormatError) { _ = try PackFooter(parsing: footer, packBytes: length) } catch {
                        throw StoreError("read", object.key.path, error)
                    }
                }
                return !namesSome
            } catch {
                guard error.kind == .corrupt else { throw error }
                return true
            }
        } catch {
            guard error.tellsOfDamage else { throw error }
            return false
        }
    }

    /// Nil for one that cannot be read now.
    private func readable(_ object: ListedObject, _ shelf: PointShelf) throws(StoreError) -> PackIndex? {
        let bytes: [UInt8]
        do throws(StoreError) { bytes = try store.whole(object.key, limit: PackIndex.maximumBytes) } catch {
            guard error.isDamage else { throw error }
            return nil
        }
        guard SHA256Hasher.hash(bytes.span) == object.key.digest else { return nil }
        return try? PackIndex(parsing: bytes, job: shelf.repository.job.id, store: shelf.repository.storeID)
    }

    private enum IndexMerge {
        /// So many of them are worth it.
        static let fewest = 16
        /// Below this an index is one of many that are read one by one.
        static let smallBytes = 1 << 20
        /// Larger ones stay as they are: they waste little compared with what they name.
        static let mergedBytes = 64 << 20
    }
}
