internal import OffsiteStore
internal import Platform

/// What a push leaves free at a store, so that whoever reads there, and whoever makes room, has some.
///
/// How much a push is going to need is not known before it is compressed; a store that is as good as full refuses it before
/// the first byte is sent.
enum SpaceReserve {
    private static let mostBytes = 64 << 20
    /// Share of the file system below which small ones are taken for full.
    private static let percent = 1

    /// Bytes that must be free before a push begins.
    static func bytes(of space: SpaceStatus) -> Int { min(mostBytes, space.totalBytes / 100 * percent) }

    /// - Throws: `noSpace` when the store has less.
    static func check(_ store: any ObjectStore) throws(StoreError) {
        let space = try store.space()
        let needed = bytes(of: space)
        guard space.availableBytes < needed else { return }
        throw StoreError(
            .noSpace, "push to", store.label,
            "\(space.availableBytes) of \(space.totalBytes) bytes are free, a push begins with \(needed)",
            hint: "make room at the store's file system; list, verify and restore work as before")
    }
}
