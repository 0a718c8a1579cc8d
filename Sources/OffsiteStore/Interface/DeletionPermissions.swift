internal import StoreFormat

/// Permissions of a client to delete from a store.
///
/// A key that only backs up has none: a thief of that key can add points and destroy none (RELIABILITY 1.4, row 32).
package struct DeletionPermissions: Equatable, Sendable {
    /// Points may be forgotten, and what nothing needs any more collected.
    package var mayForget: Bool
    /// Seconds that a point stays at least, counted back from the newest good one.
    package var minAge: Int64
    /// Seconds that stay in the trash at least what was put there.
    package var minGrace: Int64
    /// The owner's marks may be made: release and unpin a point, suspend and resume the job.
    package var mayMark: Bool

    package init(mayForget: Bool, minAge: Int64 = 0, minGrace: Int64 = 0, mayMark: Bool = false) {
        self.mayMark = mayMark || mayForget
        self.mayForget = mayForget
        self.minAge = minAge
        self.minGrace = minGrace
    }

    /// Permissions of the owner of the folder.
    package static let owner = Self(mayForget: true)
    package static let appendOnly = Self(mayForget: false)

    /// Pins are everybody's: they only keep, and the owner can undo them.
    func check(_ kind: NoteID.Kind, _ subject: String) throws(StoreError) {
        guard mayMark || ![.released, .unpinned, .suspended, .resumed].contains(kind) else {
            throw StoreError(
                .refused, "note", subject, "this key may not release, unpin, suspend or resume",
                hint: "do it at the store's own host, or give the key's serve --may-mark there")
        }
    }

    /// The answer to a key that may only add, whatever it wanted to delete.
    static let refusal = "this key may add to the store and take nothing away"

    package func check(_ operation: String, _ subject: String) throws(StoreError) {
        guard mayForget else {
            throw StoreError(
                .refused, operation, subject, Self.refusal,
                hint:
                    "run it at the store's own host with --store, or give the key's serve --may-forget there"
            )
        }
    }
}

extension StoreError {
    /// True if the key may only add: its store is thinned out by its own host.
    package var isOfAppendOnlyKey: Bool { kind == .refused && detail == DeletionPermissions.refusal }
}
