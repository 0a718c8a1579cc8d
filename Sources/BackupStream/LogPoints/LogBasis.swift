package import ESE
internal import Image
package import Platform

/// The newest full of a spool, as far as the log points that continue it need to know it.
package struct LogBasis: Sendable {
    /// One of its databases, by the header it was read with.
    package struct Database: Equatable, Sendable {
        package let name: String
        package let signature: ESE.Signature
        package let facts: DatabaseFacts
        package let trailer: TrailerFact
        /// Highest page update that its header knew of.
        package let dbtime: UInt64

        package init(
            name: String, signature: ESE.Signature, facts: DatabaseFacts, trailer: TrailerFact, dbtime: UInt64
        ) {
            self.name = name
            self.signature = signature
            self.facts = facts
            self.trailer = trailer
            self.dbtime = dbtime
        }
    }

    package let imageDigest: Digest256
    package let sourceTime: Timestamp
    /// False when bad pages or a loss were accepted, or pages are suspect: nothing should be built on it.
    package let isSound: Bool
    package let databases: [Database]

    package init(imageDigest: Digest256, sourceTime: Timestamp, isSound: Bool, databases: [Database]) {
        self.imageDigest = imageDigest
        self.sourceTime = sourceTime
        self.isSound = isSound
        self.databases = databases
    }

    /// Nil when the spool has no full of a set with its image, or one that cannot be read: a full is due then.
    package init?(newestFullOf spool: Spool, job: Identifier) throws(BackupError) {
        guard let entry = try spool.newest(.full), let path = entry.imagePath,
            let manifest = try? entry.manifest(in: spool.files), manifest.source.kind == "ese",
            let time = Timestamp(rfc3339: manifest.sourceTime),
            let signature = try? spool.signature(of: entry, job: job),
            let image = try? spool.files.open(path, .read)
        else { return nil }
        var databases: [Database] = []
        for member in manifest.databases {
            let extent = signature.layout.extents.first { $0.key == .init(.data, member.name) }
            guard let extent, let found = try? Self.database(member.name, in: image, at: extent) else {
                return nil
            }
            databases.append(found)
        }
        self.init(
            imageDigest: signature.digest, sourceTime: time, isSound: manifest.health == .good,
            databases: databases)
    }

    private static func database(
        _ name: String, in image: any OpenFile, at extent: Extent
    ) throws -> Database {
        let prefix = try image.bytes(at: extent.offset, count: min(extent.length, HeaderPair.prefixBytes))
        let pair = try HeaderPair.find(in: prefix.span)
        let size = pair.pageSize.bytes
        let last = try image.bytes(at: extent.offset + extent.length - size, count: size)
        let trailer = pair.header.isBackupCopy ? BackupTrailer(parsing: last.span) : nil
        return Database(
            name: name, signature: pair.header.signature, facts: DatabaseFacts(pair.header),
            trailer: TrailerFact(trailer, header: pair.header), dbtime: pair.header.dbtime)
    }
}
