package import Image
package import OffsiteStore
package import Platform

/// Shipping or bringing back an image failed.
package enum SyncError: Error, Equatable, Sendable, CustomStringConvertible {
    case store(StoreError)
    case image(ImageError)
    case system(SystemError)
    case compression(CompressionError)
    /// The image is not what it was when it was fingerprinted.
    case imageChanged(path: String, offset: Int)
    /// The store under this name is not the one this job last used, or not as new.
    case wrongStore(String, hint: String)
    /// These are logs of a full, with this image digest, that is not the target's newest.
    case fullMissing(Digest256)
    /// The full that these logs continue, with this image digest, is damaged in the store.
    case fullDamaged(Digest256, generation: UInt64, target: Name)
    /// An object of a store does not decode to what it should.
    case damaged(String)
    /// A point says that its image is far larger than what vouches for it.
    case unbounded(String, hint: String)
    /// The program was asked to end.
    case interrupted
    /// There is no room for what is to be restored.
    case noSpace(path: String, neededBytes: Int, availableBytes: Int)
    /// A file that may not be replaced is there.
    case exists(path: String)
    /// A folder, a device or the like is where a file was to be written.
    case notAFile(path: String)
    /// A restore in place has begun and not ended.
    case unfinished(marker: String)
    /// Another restore in place is at work there.
    case busy(marker: String)

    package var description: String {
        switch self {
        case .store(let error): error.description
        case .image(let error): error.description
        case .system(let error): error.description
        case .compression(let error): error.description
        case .imageChanged(let path, let offset): "read \(path): byte \(offset) changed while it was shipped"
        case .wrongStore(let what, _): what
        case .fullMissing(let image):
            "the newest full of the target is not the one these logs continue (image \(image))"
        case .fullDamaged(_, let generation, let target):
            "point \(generation) of \(target), the full that these logs continue, is damaged"
        case .damaged(let what), .unbounded(let what, _): what
        case .interrupted: "stopped before it was done"
        case .noSpace(let path, let needed, let available):
            "write \(path): \(needed) bytes needed, \(available) are there"
        case .exists(let path): "write \(path): it exists"
        case .notAFile(let path): "write \(path): it is not a regular file"
        case .unfinished(let marker): "\(marker) is there: a restore in place has not ended"
        case .busy(let marker): "\(marker) is locked: another restore is at work"
        }
    }

    /// The image of a full that must be shipped before the logs that continue it.
    package var neededFull: Digest256? {
        switch self {
        case .fullMissing(let image), .fullDamaged(let image, _, _): image
        default: nil
        }
    }

    package var hint: String? {
        switch self {
        case .store(let error): error.hint
        case .wrongStore(_, let hint), .unbounded(_, let hint): hint
        case .fullMissing, .fullDamaged: "take a full with: hybridrep run JOB --full"
        case .damaged: "see what is affected with: hybridrep verify JOB --full"
        case .noSpace:
            "make room, or restore to another disk; --in-place needs no second copy, and does not ask"
        case .exists: "give --force to replace it"
        case .notAFile(let path): "write into it with: --image - > \(path)"
        case .unfinished: "give --in-place to finish it, or --force to replace what is there"
        case .busy: "wait until it has ended"
        case .interrupted: "run it again: a push, or a restore in place, goes on where it was"
        case .imageChanged: "ship a snapshot or a finished file, not one that is being written"
        case .image, .system, .compression: nil
        }
    }
}

/// Turns the errors of the layers below into this module's.
package func syncing<R>(_ body: () throws(StoreError) -> R) throws(SyncError) -> R {
    do throws(StoreError) { return try body() } catch { throw .store(error) }
}

/// Reads an object that a point refers to: missing, or not what it should be, the store is damaged.
package func referenced<R>(_ body: () throws(StoreError) -> R) throws(SyncError) -> R {
    do throws(StoreError) { return try body() } catch {
        // An object that a disk cannot read is as lost as a missing one; `verify` reports it so, too.
        guard error.isDamage else { throw .store(error) }
        throw .damaged(error.description)
    }
}

package func onDisk<R>(_ body: () throws(SystemError) -> R) throws(SyncError) -> R {
    do throws(SystemError) { return try body() } catch { throw .system(error) }
}

package func compressing<R: ~Copyable>(
    _ body: () throws(CompressionError) -> R
) throws(SyncError) -> R {
    do throws(CompressionError) { return try body() } catch { throw .compression(error) }
}

package func imaging<R>(_ body: () throws(ImageError) -> R) throws(SyncError) -> R {
    do throws(ImageError) { return try body() } catch { throw .image(error) }
}
