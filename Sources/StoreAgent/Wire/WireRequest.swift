internal import OffsiteStore
internal import Platform
internal import StoreFormat

/// What a client asks of an agent (docs/format/protocol.md, section 4).
///
/// Nothing here can name a thing outside the agent's folder: jobs are ``Name``, objects are digests and
/// generations.
enum WireRequest: Equatable {
    case initialise([UInt8])
    case publishJob(Name, [UInt8])
    case jobs
    case list(ObjectKind, Name)
    case length(ObjectKey)
    case read(ObjectKey, offset: Int, count: Int)
    case uploadBegin(ObjectKind, Name)
    case data([UInt8])
    case uploadFinish(Digest256)
    case abandon
    case commitBegin(Name, UInt64)
    case commitFinish
    case lock(Name, holder: String)
    case unlock(Name)
    case check(CheckRequest)
    case space
    case records(RecordRequest)
    /// Packs of the job, at most ``WireAnswer/listedObjectsPerMessage``.
    case adopt(Name, [ListedObject])
    /// The bytes of a note, to be published.
    case note(Name, NoteID, [UInt8])
    case forget(ForgetRequest)
    case collect(CollectRequest)
    case dropJob(DropRequest)
    case heartbeat
    case goodbye

    static let maximumHolderBytes = 1024

    var message: (WireMessage.Kind, [UInt8]) {
        var writer = ByteWriter()
        switch self {
        case .initialise(let bytes): return (.initialise, bytes)
        case .publishJob(let job, let bytes):
            writer.string(job.description)
            writer.append(bytes)
            return (.publishJob, writer.bytes)
        case .jobs: return (.jobs, [])
        case .list(let kind, let job):
            writer.uint8(kind.rawValue)
            writer.string(job.description)
            return (.list, writer.bytes)
        case .length(let key):
            key.encode(into: &writer)
            return (.length, writer.bytes)
        case .read(let key, let offset, let count):
            key.encode(into: &writer)
            writer.uint64(offset)
            writer.uint32(UInt32(count))
            return (.read, writer.bytes)
        case .uploadBegin(let kind, let job):
            writer.uint8(kind.rawValue)
            writer.string(job.description)
            return (.uploadBegin, writer.bytes)
        case .data(let bytes): return (.data, bytes)
        case .uploadFinish(let name): return (.uploadFinish, name.bytes)
        case .abandon: return (.abandon, [])
        case .commitBegin(let job, let generation):
            writer.string(job.description)
            writer.uint64(generation)
            return (.commitBegin, writer.bytes)
        case .commitFinish: return (.commitFinish, [])
        case .lock(let job, let holder):
            writer.string(job.description)
            writer.string(holder.truncated(toUTF8: Self.maximumHolderBytes))
            return (.lock, writer.bytes)
        case .unlock(let job):
            writer.string(job.description)
            return (.unlock, writer.bytes)
        case .check(let request):
            request.encode(into: &writer)
            return (.check, writer.bytes)
        case .space: return (.space, [])
        case .records(let request):
            request.encode(into: &writer)
            return (.records, writer.bytes)
        case .adopt(let job, let packs):
            writer.string(job.description)
            writer.append(WireAnswer.encode(packs[...]))
            return (.adopt, writer.bytes)
        case .note(let job, let id, let bytes):
            writer.string(job.description)
            writer.uint64(id.rawValue)
            writer.append(bytes)
            return (.note, writer.bytes)
        case .forget(let request):
            request.encode(into: &writer)
            return (.forget, writer.bytes)
        case .collect(let request):
            request.encode(into: &writer)
            return (.collect, writer.bytes)
        case .dropJob(let request):
            request.encode(into: &writer)
            return (.dropJob, writer.bytes)
        case .heartbeat: return (.heartbeat, [])
        case .goodbye: return (.goodbye, [])
        }
    }

    init(parsing message: WireMessage) throws(FormatError) {
        var reader = ByteReader(message.payload)
        switch message.kind {
        case .initialise: self = .initialise(try reader.take(array: reader.remaining))
        case .publishJob:
            self = .publishJob(try Name(parsing: &reader), try reader.take(array: reader.remaining))
        case .jobs: self = .jobs
        case .list: self = .list(try ObjectKind(parsing: &reader), try Name(parsing: &reader))
        case .length: self = .length(try ObjectKey(parsing: &reader))
        case .read:
            let key = try ObjectKey(parsing: &reader)
            let offset = try reader.length("offset", limit: ReadLimit.maximumOffset)
            let count = Int(try reader.uint32())
            guard count <= ReadLimit.bytes else {
                throw .overLimit(field: "count", value: UInt64(count), limit: UInt64(ReadLimit.bytes))
            }
            self = .read(key, offset: offset, count: count)
        case .uploadBegin: self = .uploadBegin(try ObjectKind(parsing: &reader), try Name(parsing: &reader))
        case .data:
            self = .data(message.payload)
            return
        case .uploadFinish: self = .uploadFinish(try reader.digest())
        case .abandon: self = .abandon
        case .commitBegin: self = .commitBegin(try Name(parsing: &reader), try reader.uint64())
        case .commitFinish: self = .commitFinish
        case .lock:
            self = .lock(
                try Name(parsing: &reader),
                holder: try reader.string("holder", limit: Self.maximumHolderBytes))
        case .unlock: self = .unlock(try Name(parsing: &reader))
        case .check: self = .check(try CheckRequest(parsing: &reader))
        case .space: self = .space
        case .records: self = .records(try RecordRequest(parsing: &reader))
        case .adopt:
            let job = try Name(parsing: &reader)
            let bytes = try reader.take(array: reader.remaining)
            let packs = try WireAnswer.parseObjects(bytes, .pack, job)
            let limit = WireAnswer.listedObjectsPerMessage
            guard packs.count <= limit else {
                throw .overLimit(field: "packs", value: UInt64(packs.count), limit: UInt64(limit))
            }
            self = .adopt(job, packs)
        case .note:
            let job = try Name(parsing: &reader)
            let id = try NoteID(parsing: &reader)
            guard reader.remaining <= Note.maximumBytes else {
                throw .overLimit(
                    field: "note", value: UInt64(reader.remaining), limit: UInt64(Note.maximumBytes))
            }
            self = .note(job, id, try reader.take(array: reader.remaining))
        case .forget: self = .forget(try ForgetRequest(parsing: &reader))
        case .collect: self = .collect(try CollectRequest(parsing: &reader))
        case .dropJob: self = .dropJob(try DropRequest(parsing: &reader))
        case .heartbeat: self = .heartbeat
        case .goodbye: self = .goodbye
        case .hello, .welcome, .answer, .part, .failure, .progress:
            throw .badField(field: "message type", offset: 12)
        }
        try reader.finish()
    }
}
