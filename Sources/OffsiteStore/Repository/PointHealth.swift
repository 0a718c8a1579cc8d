internal import Platform
package import StoreFormat

/// The effective health of a point: as it was committed, and by the notes since.
///
/// Every reader uses it: a point that is not good here is never `latest`. Pins are apart (``PointMarks``).
package enum PointHealth: Equatable, Sendable {
    case good
    /// It was held, and this note has accepted it, or a point that it was held because of.
    case released(StoredNote)
    /// It is held, for these reasons.
    case suspicious([String])
    /// It says of its image that it is far larger than anything vouches for.
    case unbounded
    /// Somebody else than the job's owner has made it, and no owner has accepted it.
    case foreign(Maker)
    /// It was committed with damage that was accepted.
    case acceptedDamage
    /// A verification found something damaged that it needs.
    case damaged(OpenDamage.Entry)

    /// True if the point counts.
    package var isGood: Bool {
        switch self {
        case .good, .released: true
        case .suspicious, .unbounded, .foreign, .acceptedDamage, .damaged: false
        }
    }

    /// As in `list`.
    package var word: String {
        switch self {
        case .good: "good"
        case .released: "released"
        case .suspicious, .unbounded: "suspicious"
        case .foreign: "foreign"
        case .acceptedDamage, .damaged: "damaged"
        }
    }

    /// Why it is not simply good; nil where it is.
    package var explanation: String? {
        switch self {
        case .good: nil
        case .released(let note):
            Self.words(note.note.comment, by: note)
        case .suspicious(let reasons): reasons.isEmpty ? nil : reasons.joined(separator: "; ")
        case .unbounded: "its image is far larger than what is stored of it and any before it"
        case .foreign(let maker): "made by \(maker), who is no owner of this job"
        case .acceptedDamage: "committed with damage that was accepted"
        case .damaged(let entry):
            "\(entry.damage.object): \(entry.damage.reason), found \(entry.found)"
        }
    }

    /// `the archive was moved (by db1, run 5f3a…, 2026-11-22T02:00:04Z)`.
    package static func words(_ comment: String, by note: StoredNote) -> String {
        let maker = note.maker.map { "\($0), \(note.note.maker)" } ?? note.note.maker
        return (comment.isEmpty ? "" : "\(comment) ") + "(by \(maker), \(note.received))"
    }
}
