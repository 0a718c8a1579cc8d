internal import ESE
internal import Platform

/// A file that belongs to an ESE set, as its folder showed it.
struct SetFile {
    enum Role {
        case database(HeaderPair)
        /// The companion of an Exchange 2000 database, which has no checksums of its own.
        case streaming
        case log(LogFact)
        case checkpoint(CheckpointHeader)
        /// The patch file that the engine's own backup left next to a database.
        case patch(PatchFile)
    }

    let path: String
    let name: String
    let status: FileStatus
    let role: Role
    /// True when its header was good only when it was read again.
    var isHeaderHealed = false

    /// Bytes of a block in the image.
    var blockSize: Int {
        if case .database(let pair) = role { return pair.pageSize.bytes }
        return 8192
    }

    var memberKind: ImageManifest.Member.Kind {
        switch role {
        case .database: .database
        case .streaming: .streaming
        case .log: .log
        case .checkpoint: .checkpoint
        case .patch: .raw
        }
    }

    var tarMember: TarWriter.Member { .init(name: name, length: status.length, modified: status.modified) }

    var header: HeaderPair? { if case .database(let pair) = role { pair } else { nil } }
    var patch: PatchFile? { if case .patch(let patch) = role { patch } else { nil } }
    var logFact: LogFact? { if case .log(let fact) = role { fact } else { nil } }
    var checkpoint: CheckpointHeader? { if case .checkpoint(let header) = role { header } else { nil } }
}
