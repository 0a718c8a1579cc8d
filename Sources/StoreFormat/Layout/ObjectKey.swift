package import Platform

/// The name of one object in a store, and where it lies (docs/format/store.md, section 1).
package enum ObjectKey: Hashable, Sendable, CustomStringConvertible {
    case store
    case job(Name)
    case pack(Name, Digest256)
    case map(Name, Digest256)
    case index(Name, Digest256)
    case point(Name, UInt64)
    case note(Name, NoteID)
    case tombstone(Name, UInt64)

    /// Path below the store's folder.
    package var path: String {
        switch self {
        case .store: "STORE"
        case .job(let job): "jobs/\(job)/job"
        case .pack(let job, let name): "jobs/\(job)/packs/\(name.description.prefix(2))/\(name).pack"
        case .map(let job, let name): "jobs/\(job)/maps/\(name).map"
        case .index(let job, let name): "jobs/\(job)/index/\(name).idx"
        case .point(let job, let generation): "jobs/\(job)/points/\(Hex.encode(generation)).point"
        case .note(let job, let id): "jobs/\(job)/notes/\(Hex.encode(id.rawValue)).note"
        case .tombstone(let job, let number): "jobs/\(job)/tomb/\(Hex.encode(number)).tomb"
        }
    }

    package var description: String { path }

    /// The object of a job that has many of its kind, by its path; nil for any other text.
    package init?(path: String) {
        let parts = path.split(separator: "/")
        guard parts.count >= 4, let job = Name(String(parts[1])),
            let kind = ObjectKind.allCases.first(where: { $0.folder == parts[2] }),
            let key = kind.key(fileName: String(parts[parts.count - 1]), job: job), key.path == path
        else { return nil }
        self = key
    }

    /// The digest that is its name; nil for what has another.
    package var digest: Digest256? {
        switch self {
        case .pack(_, let name), .map(_, let name), .index(_, let name): name
        case .store, .job, .point, .note, .tombstone: nil
        }
    }

    package var note: NoteID? { if case .note(_, let id) = self { id } else { nil } }

    /// Nil for what a store or a job has one of.
    package var kind: ObjectKind? {
        switch self {
        case .store, .job: nil
        case .pack: .pack
        case .map: .map
        case .index: .index
        case .point: .point
        case .note: .note
        case .tombstone: .tombstone
        }
    }

    /// The job it belongs to; nil for the store's own object.
    package var job: Name? {
        switch self {
        case .store: nil
        case .job(let job), .pack(let job, _), .map(let job, _), .index(let job, _), .point(let job, _),
            .note(let job, _), .tombstone(let job, _):
            job
        }
    }
}

/// The kinds of objects of which a job has many.
package enum ObjectKind: UInt8, Sendable, CaseIterable {
    case pack = 1
    case map = 2
    case index = 3
    case point = 4
    /// 5 is a job's object, of which there is one (``ObjectKey``).
    case note = 6
    /// The store's own record of what was forgotten; no client asks for it.
    case tombstone = 7

    /// Those that a client may ask for.
    package static let clients = allCases.filter { $0 != .tombstone }

    /// Most bytes of an object of the kind, without a receipt (docs/format/store.md, section 2).
    package var maximumBytes: Int {
        switch self {
        case .pack: PackBuilder.maximumBytes
        case .map: 16 << 30
        case .index: PackIndex.maximumBytes
        case .point: Point.maximumBytes
        case .note: Note.maximumBytes
        case .tombstone: Tombstone.maximumBytes
        }
    }

    package var folder: String {
        switch self {
        case .pack: "packs"
        case .map: "maps"
        case .index: "index"
        case .point: "points"
        case .note: "notes"
        case .tombstone: "tomb"
        }
    }

    package var suffix: String {
        switch self {
        case .pack: ".pack"
        case .map: ".map"
        case .index: ".idx"
        case .point: ".point"
        case .note: ".note"
        case .tombstone: ".tomb"
        }
    }

    /// The key of the object with this file name; nil for a name that this kind does not have.
    package func key(fileName: String, job: Name) -> ObjectKey? {
        guard fileName.hasSuffix(suffix) else { return nil }
        let stem = fileName.dropLast(suffix.count)
        switch self {
        case .point: return Hex.number(stem).map { .point(job, $0) }
        case .note: return Hex.number(stem).flatMap { NoteID(rawValue: $0) }.map { .note(job, $0) }
        case .tombstone: return Hex.number(stem).map { .tombstone(job, $0) }
        case .pack, .map, .index: return Digest256(hex: stem).flatMap { key($0, job: job) }
        }
    }

    /// The key of an object named by its digest; points, notes and tombstones are not.
    package func key(_ name: Digest256, job: Name) -> ObjectKey? {
        switch self {
        case .pack: .pack(job, name)
        case .map: .map(job, name)
        case .index: .index(job, name)
        case .point, .note, .tombstone: nil
        }
    }
}

/// An object that is there, and its length in bytes.
package struct ListedObject: Hashable, Sendable {
    package let key: ObjectKey
    package let length: Int

    package init(key: ObjectKey, length: Int) {
        self.key = key
        self.length = length
    }
}
