internal import BackupStream
internal import OffsiteStore
package import Platform
internal import StoreFormat

/// The file next to a replica that records its point.
///
/// JSON for people and programs. It is written before a replica is switched and after it; in between the file or folder is
/// one of the two points, told by its inode.
package struct ReplicaState: Codable, Equatable, Sendable {
    package enum Phase: String, Codable, Sendable {
        /// The replica is `point`.
        case current
        /// It is `point`, or `next` where its inode is that one's.
        case switching
        /// It is being rewritten where it is, and neither until `apply` has ended that.
        case rewriting
    }

    /// A point, and the file or folder that has it.
    package struct Content: Codable, Equatable, Sendable {
        package var id: String
        package var generation: UInt64
        package var digest: String
        package var imageDigest: String
        package var inode: UInt64
        /// SHA-256 over names, lengths, inodes and times of the files.
        package var stamp: String

        init(_ stored: StoredPoint, _ files: ReplicaFiles.Identity) {
            id = stored.point.id
            generation = stored.point.generation
            digest = "\(stored.digest)"
            imageDigest = "\(stored.point.imageDigest)"
            inode = files.inode
            stamp = files.stamp
        }

        /// Returns true if the files of a point are these, byte for byte.
        func has(_ stored: StoredPoint) -> Bool {
            digest == "\(stored.digest)"
                || stored.point.kind == .full && imageDigest == "\(stored.point.imageDigest)"
        }
    }

    package static let maximumBytes = 64 << 10
    private static let version = 1

    package var schemaVersion = version
    package var job: String
    /// Id of the store that the points are in.
    package var store: String
    package var phase: Phase
    /// Nil before the first point.
    package var point: Content?
    package var next: Content?
    package var changed: String

    init(job: Name, store: Identifier, _ phase: Phase, _ point: Content?, next: Content?, at time: Timestamp)
    {
        self.job = job.description
        self.store = "\(store)"
        self.phase = phase
        self.point = point
        self.next = next
        changed = time.description
    }

    package var json: [UInt8] { FactsJSON.encode(self, isPretty: true) }

    package init(parsing bytes: [UInt8]) throws(FormatError) {
        self = try FactsJSON.decode(Self.self, bytes, of: "replica")
        guard schemaVersion == Self.version else { throw .badField(field: "replica", offset: 0) }
    }

    /// Returns the content of a file or folder with this inode; nil if it is not complete.
    func content(inode: UInt64?) -> Content? {
        switch phase {
        case .current: point
        case .switching: next?.inode == inode ? next : point
        case .rewriting: nil
        }
    }
}
