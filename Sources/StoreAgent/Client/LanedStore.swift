package import OffsiteStore
package import Platform
package import StoreFormat

/// A store whose large uploads go over several lanes: sessions of their own with the same store.
///
/// The first lane leads: it holds the locks, commits, and does all else; the others only take objects. They are
/// opened when they are asked for, and those that cannot be had are done without.
package final class LanedStore: ForwardingStore {
    /// The first lane.
    package let base: any ObjectStore
    private var others: [any ObjectStore] = []
    private let open: () -> [any ObjectStore]
    private var hasWidened = false
    /// Of each lane, whether an upload is open in it.
    private var isBusy = [false]

    /// - Parameter open: Opens the further lanes, or as many of them as there can be.
    package init(leading lead: any ObjectStore, _ open: @escaping () -> [any ObjectStore]) {
        base = lead
        self.open = open
    }

    package var traffic: Traffic {
        others.reduce(into: base.traffic) { sum, lane in
            sum.sentBytes += lane.traffic.sentBytes
            sum.receivedBytes += lane.traffic.receivedBytes
        }
    }

    package func widen() -> Int {
        if !hasWidened {
            hasWidened = true
            others = open()
            isBusy += others.map { _ in false }
        }
        return isBusy.count
    }

    /// Begins it in the first lane that is free; an index in the one that holds the push lock.
    package func beginUpload(_ kind: ObjectKind, job: Name) throws(StoreError) -> any ObjectUpload {
        let lane = kind == .index ? 0 : isBusy.firstIndex(of: false) ?? 0
        let store = lane == 0 ? base : others[lane - 1]
        let upload = try store.beginUpload(kind, job: job)
        isBusy[lane] = true
        return Upload(upload) { [unowned self] in isBusy[lane] = false }
    }

    /// Frees its lane when nothing more is sent in it.
    private final class Upload: ObjectUpload {
        private let upload: any ObjectUpload
        private var free: (() -> Void)?

        init(_ upload: any ObjectUpload, free: @escaping () -> Void) {
            self.upload = upload
            self.free = free
        }

        private func end() { free.take()?() }

        func append(_ bytes: [UInt8]) throws(StoreError) { try upload.append(bytes) }

        func finish(_ name: Digest256) throws(StoreError) {
            defer { end() }
            try upload.finish(name)
        }

        func seal(_ name: Digest256) throws(StoreError) {
            defer { end() }
            try upload.seal(name)
        }

        func confirm() throws(StoreError) { try upload.confirm() }

        func abandon() {
            upload.abandon()
            end()
        }
    }

    package func leave() {
        for lane in others { lane.leave() }
        base.leave()
    }

    package func close() throws(StoreError) {
        // The requests of the other lanes were answered long ago.
        leave()
        for lane in others { try? lane.close() }
        try base.close()
    }
}
