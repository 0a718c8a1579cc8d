/// What an object is: four ASCII letters after the magic (docs/format/store.md, section 2).
package enum ObjectType: String, Sendable, CaseIterable {
    case store = "STOR"
    case job = "JOBS"
    case pack = "PACK"
    case map = "MAPS"
    case index = "INDX"
    case point = "POIN"
    case note = "NOTE"
    case tomb = "TOMB"
    case signature = "SIGN"

    package var name: String {
        switch self {
        case .store: "store"
        case .job: "job"
        case .pack: "pack"
        case .map: "map"
        case .index: "index"
        case .point: "point"
        case .note: "note"
        case .tomb: "tomb"
        case .signature: "signature"
        }
    }
}
