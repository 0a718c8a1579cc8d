internal import OffsiteStore
internal import Platform

/// What a push leaves free at a store.
///
/// How much a push is going to need is not known before it is compressed; a store that is as good as full refuses it before
/// the first byte is sent.
enum SpaceReserve {
    /// - Throws: `noSpace` when the store has less.
    static func check(_ store: any ObjectStore) throws(StoreError) {
        let space = try store.space()
        let needed = space.reservedBytes
        guard !space.holds(needed) else { return }
        throw StoreError(
            .noSpace, "push to", store.label,
            "\(space.availableBytes) of \(space.totalBytes) bytes are free, a push begins with \(needed)",
            hint: "make room at the store's file system; list, verify and restore work as before")
    }
}
