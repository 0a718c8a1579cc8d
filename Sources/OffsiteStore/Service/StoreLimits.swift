/// How much one key may make an agent keep (docs/threat-model.md).
enum StoreLimits {
    /// Jobs of a store.
    static let jobs = 1_000
    /// Notes of a job: of an hourly job for more than six years.
    static let notesOfAJob = 1 << 17
    /// Jobs whose lock one session holds at once; each is a descriptor, and a session has at most 64.
    static let sharedLocks = 24
    static let pushLocks = 16

    /// Limits on what indexes name, below those of readers, so that an owner may add to the folder directly.
    static let packsOfAJob = FrameIndex.maximumPacks / 4 * 3
    static let framesOfAJob = FrameIndex.maximumFrames / 4 * 3

    static func refused(_ operation: String, _ subject: String, _ limit: Int, _ what: String) -> StoreError {
        StoreError(.refused, operation, subject, "there are \(limit) \(what) already, which is the limit")
    }
}
