internal import Image
package import OffsiteStore
package import Platform
package import Restore
internal import StoreFormat

/// One plain copy of a point, next to a file that records its point.
///
/// A newer point is made next to it, proved, and put in its place in one step: whatever ends the program, the replica is the
/// old point or the new one. Where there is no room for that, it is rewritten where it is, and says so meanwhile.
package struct Replica {
    /// How a replica came to be what it is.
    package enum Way: String, Sendable {
        /// It was there.
        case unchanged
        /// It is a newer point than the one that it was to be, and stays so.
        case newer
        /// It was made next to the older one, which it took the place of.
        case switched
        case rewritten
    }

    package struct Result: Equatable, Sendable {
        package let way: Way
        /// Id of the point that it was before; nil for none.
        package let before: String?
        /// Bytes that were fetched.
        package let fetchedBytes: Int
    }

    private let place: ReplicaFiles
    private let files: any FileSystem
    private let clock: any Clock
    private let repository: Repository

    package init(_ place: ReplicaFiles, _ repository: Repository, _ files: any FileSystem, _ clock: any Clock)
    {
        self.place = place
        self.repository = repository
        self.files = files
        self.clock = clock
    }

    package struct Options {
        /// Takes over what is there and is no replica.
        package var replaces = false
        /// Reads what is there even if nothing has written to it.
        package var rereads = false
        /// Writes into the files that are there.
        package var isInPlace = false
        package init() {}
    }

    /// - Parameters:
    ///   - stored: The point that it shall be.
    ///   - images: Those of the point, a log point's after its full's.
    /// - Throws: `exists` where there is something that is no replica of this job.
    package func apply(
        _ stored: StoredPoint, _ images: [ImageReader], _ options: Options,
        _ progress: (InPlaceRestore.Progress) throws(SyncError) -> Void
    ) throws -> Result {
        guard let lock = try files.lock(place.lockPath, .exclusive) else {
            throw SyncError.busy(marker: place.lockPath)
        }
        defer { withExtendedLifetime(lock) {} }
        let there = try place.identity(place.path)
        let before = try content(of: there, options)
        // What somebody has put there instead of a file or folder of ours.
        let isKnown = before != nil && before?.stamp == there?.stamp
        if let before, isKnown, before.generation > stored.point.generation {
            return Result(way: .newer, before: before.id, fetchedBytes: 0)
        }
        if isKnown, !options.rereads, let before, before.has(stored) {
            try settle(stored)
            return Result(way: .unchanged, before: before.id, fetchedBytes: 0)
        }
        let fetched =
            try options.isInPlace
            ? rewrite(stored, images, before, progress) : renew(stored, images, before, progress)
        try settle(stored)
        return Result(
            way: options.isInPlace ? .rewritten : .switched, before: before?.id, fetchedBytes: fetched)
    }

    /// Returns the content of the replica; nil if there is none, or it is not complete.
    private func content(
        of there: ReplicaFiles.Identity?, _ options: Options
    ) throws -> ReplicaState.Content? {
        guard case .success(let state)? = try place.state(), state.job == "\(repository.job.name)",
            state.store == "\(repository.storeID)"
        else {
            guard there == nil || options.replaces else { throw SyncError.exists(path: place.path) }
            return nil
        }
        return there == nil ? nil : state.content(inode: there?.inode)
    }

    /// Makes the point's files next to the replica, and puts them in its place.
    private func renew(
        _ stored: StoredPoint, _ images: [ImageReader], _ before: ReplicaState.Content?,
        _ progress: (InPlaceRestore.Progress) throws(SyncError) -> Void
    ) throws -> Int {
        let isSet = images.contains(where: \.isSet)
        let targets = try prepare(images, isSet: isSet)
        var fetched = 0
        for target in targets {
            let parts = target.parts.map { part in
                SideBySideRestore.Part(
                    part.range, old: place.path + part.path.dropFirst(place.nextPath.count), new: part.path)
            }
            fetched += try SideBySideRestore(files).run(target.image, parts, progress)
        }
        if isSet { try files.syncFolder(place.nextPath) }
        let next = try place.present(place.nextPath)
        try place.write(state(.switching, before, next: .init(stored, next)))
        try place.switchOver(isFolder: isSet)
        return fetched
    }

    /// The parts of files under the next name, with nothing else there.
    private func prepare(_ images: [ImageReader], isSet: Bool) throws -> [InPlaceRestore.Target] {
        let kind = try files.status(place.nextPath)?.kind
        guard isSet else {
            if kind == .folder { try files.removeTree(place.nextPath) }
            return images.map { .init($0, [(0..<$0.point.layout.length, place.nextPath)]) }
        }
        if kind == .regular { try files.remove(place.nextPath) }
        let targets = try MemberFiles.targets(images, in: place.nextPath)
        try files.makeFolder(place.nextPath)
        try place.keepOnly(targets, in: place.nextPath)
        return targets
    }

    /// Writes into the files that are there.
    private func rewrite(
        _ stored: StoredPoint, _ images: [ImageReader], _ before: ReplicaState.Content?,
        _ progress: (InPlaceRestore.Progress) throws(SyncError) -> Void
    ) throws -> Int {
        let isSet = images.contains(where: \.isSet)
        var targets = images.map { InPlaceRestore.Target($0, [(0..<$0.point.layout.length, place.path)]) }
        var marker = InPlaceRestore.marker(of: place.path)
        if isSet {
            targets = try MemberFiles.targets(images, in: place.path)
            marker = InPlaceRestore.marker(inFolder: place.path)
        }
        try place.write(state(.rewriting, before, next: nil))
        if isSet, try files.makeFolder(place.path) { try files.syncFolder(place.folder) }
        let fetched = try InPlaceRestore(files, marker: marker).run(targets, progress)
        guard isSet else { return fetched }
        // All that is in the folder of a replica is the replica's.
        try place.keepOnly(targets, in: place.path)
        try files.syncFolder(place.path)
        return fetched
    }

    /// Writes down that the replica is the point, and removes what it was before.
    private func settle(_ stored: StoredPoint) throws {
        let state = state(.current, .init(stored, try place.present(place.path)), next: nil)
        if case .success(let known)? = try place.state(), known.phase == .current, known.point == state.point
        {
        } else {
            try place.write(state)
        }
        try files.removeTree(place.nextPath)
        // That of a file which was rewritten and not finished; a folder's went with the folder.
        try InPlaceRestore.forget(InPlaceRestore.marker(of: place.path), files)
    }

    private func state(
        _ phase: ReplicaState.Phase, _ point: ReplicaState.Content?, next: ReplicaState.Content?
    ) -> ReplicaState {
        ReplicaState(
            job: repository.job.name, store: repository.storeID, phase, point, next: next, at: clock.now)
    }
}
