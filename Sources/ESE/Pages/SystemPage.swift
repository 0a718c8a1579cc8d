/// A page that no database is without once it was created.
package enum SystemPage: UInt32, CaseIterable, Sendable, Encodable {
    case root = 1
    case ownedExtents = 2
    case availableExtents = 3
    case catalog = 4
}

extension SystemPage: CustomStringConvertible {
    package var description: String {
        switch self {
        case .root: "the root of the database"
        case .ownedExtents: "the root of its owned extents"
        case .availableExtents: "the root of its available extents"
        case .catalog: "the root of the catalog"
        }
    }
}
