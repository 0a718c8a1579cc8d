internal import ESE
internal import Platform

extension Backup {
    /// Records what is left out of a set.
    ///
    /// - Throws: `badPages` where that may be a database and was not accepted.
    func recordLeftOut(_ inventory: SetInventory, into manifest: inout ImageManifest) throws(BackupError) {
        manifest.leftOut = inventory.leftOut
        if let refusal = inventory.refusal(job: spool.job) {
            guard options.acceptLoss else { throw refusal }
            manifest.isSound = false
            for claim in inventory.claims {
                manifest.warnings.append("\(claim.name): left out: \(claim.reason)")
                guard let index = manifest.leftOut.firstIndex(where: { $0.name == claim.name }) else {
                    continue
                }
                manifest.leftOut[index].isAccepted = true
            }
        }
        guard let last = try? spool.newest(.full)?.manifest(in: files), last.source.kind == "ese" else {
            return
        }
        manifest.warnings += Self.lost(since: last, inventory)
    }

    /// Names and signatures of databases.
    ///
    /// Not inlined: Swift 6.3.1's optimiser crashes where it is.
    @inline(never)
    private static func signatures(_ files: [SetFile]) -> [(name: String, signature: String)] {
        var found: [(name: String, signature: String)] = []
        for file in files {
            guard let pair = file.header else { continue }
            found.append((file.name, pair.header.signature.description))
        }
        return found
    }

    /// Names the databases and their companions that the last image had and this one will lack.
    private static func lost(since last: ImageManifest, _ inventory: SetInventory) -> [String] {
        var missing = last.databases.missing(in: signatures(inventory.databases))
        missing += last.members.filter { $0.kind == .streaming }.map(\.name)
            .filter { name in !inventory.members.contains { $0.name == name } }
        return missing.map { name in
            let left = inventory.leftOut.first { $0.name == name }?.reason
            return "\(name) was in the last image, and is left out of this one: \(left ?? "it is not there")"
        }
    }
}

extension [ImageManifest.Database] {
    /// Names of those that a newer set lacks, where each has a name.
    ///
    /// A database that came under a new name, known by its signature, is not missing.
    package func missing(in newer: [(name: String, signature: String)]) -> [String] {
        let old = Set(map { $0.name.lowercased() })
        let names = Set(newer.map { $0.name.lowercased() })
        var renamed = newer.filter { !old.contains($0.name.lowercased()) }.map(\.signature)
        return compactMap { database in
            guard !database.name.isEmpty, !names.contains(database.name.lowercased()) else { return nil }
            if let index = renamed.firstIndex(of: database.signature) {
                renamed.remove(at: index)
                return nil
            }
            return database.name
        }
    }
}
