package import Platform
package import Restore

/// The place of one rehearsal in a folder that many may use at once: a folder of its own, held by a `flock`.
///
/// A rehearsal that was killed leaves a folder without a lock, which the next rehearsal removes.
package struct RehearsalScratch {
    private static let prefix = "hybridrep-rehearsal-"
    private static let tagDigits = 16
    private static let lockName = "lock"
    /// Of a folder that a rehearsal has made.
    private static let ownMode: UInt32 = 0o700
    /// Held while places are swept and made, a matter of seconds; each user has one, since nobody may open another's.
    private static var directoryLockName: String { ".hybridrep-rehearsals-\(HostIdentity.userID).lock" }
    private static let pauseMilliseconds = 100
    private static let mostPauses = 300

    private let files: any FileSystem
    private let lock: any HeldLock
    package let folder: String
    /// Where the point is restored to: the folder of a set, the file of a raw image.
    package var restored: String { folder + "/restored" }

    /// Sweeps what dead rehearsals have left, and makes a place.
    ///
    /// - Parameters:
    ///   - directory: Made when it is not there; its parent must be.
    ///   - run: Names the place.
    ///   - holder: Who holds it, for people.
    package init(
        in directory: String, run: Identifier, holder: String, _ files: any FileSystem, clock: any Clock
    ) throws(SyncError) {
        self.files = files
        folder = PathText.path(
            of: Self.prefix + run.description.prefix(Self.tagDigits), in: directory)
        do throws(SystemError) { try files.makeFolder(directory) } catch { throw .system(error) }
        let gate = try Self.gate(directory, files, clock)
        do throws(SystemError) {
            for name in try files.list(directory) where Self.isOurs(name) {
                Self.sweep(PathText.path(of: name, in: directory), files)
            }
            lock = try Self.make(folder, holder, files)
        } catch { throw .system(error) }
        withExtendedLifetime(gate) {}
    }

    private static func make(
        _ folder: String, _ holder: String, _ files: any FileSystem
    ) throws(SystemError) -> any HeldLock {
        let taken = SystemError(call: "make folder", path: folder, code: SystemError.existsCode)
        guard try files.makeFolder(folder) else { throw taken }
        do throws(SystemError) {
            guard let lock = try files.lock(folder + "/" + lockName, .exclusive) else { throw taken }
            try lock.describe(holder)
            return lock
        } catch {
            try? remove(folder, files)
            throw error
        }
    }

    /// Takes the place away with all that is in it.
    package func remove() throws(SystemError) {
        try Self.remove(folder, files)
        withExtendedLifetime(lock) {}
    }

    private static func gate(
        _ directory: String, _ files: any FileSystem, _ clock: any Clock
    ) throws(SyncError) -> any HeldLock {
        let path = PathText.path(of: directoryLockName, in: directory)
        do throws(SystemError) {
            if let status = try files.status(path),
                status.kind != .regular || status.owner != HostIdentity.userID
            {
                throw SystemError(call: "lock somebody else's", path: path, code: SystemError.existsCode)
            }
        } catch { throw .system(error) }
        for _ in 0..<mostPauses {
            do throws(SystemError) {
                if let lock = try files.lock(path, .exclusive) { return lock }
            } catch { throw .system(error) }
            if Interruption.cause != nil { throw .interrupted }
            clock.sleep(milliseconds: pauseMilliseconds)
        }
        throw .busy(marker: path)
    }

    private static func isOurs(_ name: String) -> Bool {
        let tag = name.dropFirst(prefix.count)
        return name.hasPrefix(prefix) && tag.count == tagDigits
            && tag.utf8.allSatisfy { "0123456789abcdef".utf8.contains($0) }
    }

    /// Removes a place that no process holds; what cannot be removed is left to the next one.
    private static func sweep(_ folder: String, _ files: any FileSystem) {
        // Whatever else has such a name was put there by somebody else.
        guard let found = try? files.status(folder), found.kind == .folder,
            found.owner == HostIdentity.userID,
            found.mode == ownMode
        else { return }
        // One that died before it had its lock has nothing in it.
        guard (try? files.removeFolder(folder)) == nil else { return }
        let path = folder + "/" + lockName
        guard (try? files.status(path)) != nil, let lock = try? files.lock(path, .exclusive) else { return }
        try? remove(folder, files)
        withExtendedLifetime(lock) {}
    }

    /// The lock goes last, so that what is left of a removal that was cut is still known for what it is.
    private static func remove(_ folder: String, _ files: any FileSystem) throws(SystemError) {
        for name in try files.list(folder) where name != lockName {
            try files.removeTree(folder + "/" + name)
        }
        try files.removeTree(folder + "/" + lockName)
        try files.removeTree(folder)
    }
}
