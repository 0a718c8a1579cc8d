internal import Image
internal import Platform

/// The files of an image that is being made: under partial names until all are whole and durable.
///
/// Unless it is published, ``discard()`` leaves nothing behind. Owned by one thread at a time.
final class SpoolDraft {
    private let spool: Spool
    private let base: String
    /// Endings of the files that exist, in the order of their making.
    private var made: [String] = []
    /// The files that have their names while others have not; all or none may stay.
    private var published: [String] = []

    /// - Parameter time: When reading began; names the partial files.
    init(in spool: Spool, at time: Timestamp) {
        self.spool = spool
        base = "\(spool.folder)/\(Spool.runPrefix)\(time.compact)"
    }

    func path(_ ending: String) -> String { "\(base).\(ending)\(Spool.partialSuffix)" }

    /// Names a file that is about to be made; it belongs to the draft from here on.
    func claim(_ ending: String) throws(BackupError) -> String {
        let path = path(ending)
        // The lock is ours: a file of this name is what this run, or a dead one, left.
        try spool.system { () throws(SystemError) in
            if try spool.files.status(path) != nil { try spool.files.remove(path) }
        }
        made.append(ending)
        return path
    }

    func create(_ ending: String) throws(BackupError) -> any OpenFile {
        let path = try claim(ending)
        return try spool.system { () throws(SystemError) in try spool.files.open(path, .create) }
    }

    /// Writes a small file, durable.
    func write(_ bytes: [UInt8], as ending: String) throws(BackupError) {
        let file = try create(ending)
        try spool.system { () throws(SystemError) in
            try file.write(bytes.span, at: 0)
            try file.sync()
        }
    }

    /// Gives all files their names, the signature's last, and makes the names durable.
    ///
    /// Names sort in the order of publishing: one that would not come last (a second backup within a second,
    /// a clock that was set back) is moved on to the second after the newest image's.
    func publish(_ digest: Digest256, at time: Timestamp, imageKind: SpoolEntry.ImageKind?)
        throws(BackupError)
        -> SpoolEntry
    {
        var seconds = time.seconds
        if let newest = try spool.newest()?.name.timestamp { seconds = max(seconds, newest.seconds + 1) }
        var name = SpoolName(Timestamp(seconds: seconds), digest)
        while try isTaken(name) {
            seconds += 1
            name = SpoolName(Timestamp(seconds: seconds), digest)
        }
        for ending in made.filter({ $0 != "sig" }) + ["sig"] {
            let target = "\(spool.folder)/\(name).\(ending)"
            let isFree = try spool.system { () throws(SystemError) in
                try spool.files.renameNoReplace(path(ending), to: target)
            }
            guard isFree else { throw BackupError(.spool, "rename \(target): it is there already") }
            made.removeAll { $0 == ending }
            published.append(target)
        }
        try spool.system { () throws(SystemError) in try spool.files.syncFolder(spool.folder) }
        published = []
        return SpoolEntry(name: name, folder: spool.folder, imageKind: imageKind)
    }

    /// Removes everything that was made.
    ///
    /// The next run sweeps files that cannot be removed now; the caller reports the original error.
    func discard() {
        for ending in made { try? spool.files.remove(path(ending)) }
        for path in published.reversed() { try? spool.files.remove(path) }
        made = []
        published = []
    }

    private func isTaken(_ name: SpoolName) throws(BackupError) -> Bool {
        try spool.system { () throws(SystemError) in
            for ending in ["sig", "json"] + SpoolEntry.ImageKind.allCases.map(\.rawValue)
            where try spool.files.status("\(spool.folder)/\(name).\(ending)") != nil { return true }
            return false
        }
    }
}
