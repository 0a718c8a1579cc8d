/// A database page that seems to have gone back in time: what a dropped write leaves behind.
package struct SuspectPage: Codable, Equatable, Sendable, CustomStringConvertible {
    /// The database's member; empty for an image that is not a tar.
    package var member: String
    package var page: UInt32
    /// The page's update counter in the image that was searched.
    package var dbtime: UInt64
    /// The highest one that an image shipped before had for this page.
    package var dbtimeBefore: UInt64
    /// The tree that the page belongs to, then as now.
    package var objectID: UInt32

    package init(member: String, page: UInt32, dbtime: UInt64, dbtimeBefore: UInt64, objectID: UInt32) {
        self.member = member
        self.page = page
        self.dbtime = dbtime
        self.dbtimeBefore = dbtimeBefore
        self.objectID = objectID
    }

    /// Read and written in snake case, which would not bring capitals back.
    private enum CodingKeys: String, CodingKey {
        case member, page, dbtime, dbtimeBefore
        case objectID = "objectId"
    }

    /// `mdb01.edb page 17 (object 30): dbtime 400, it was 512`.
    package var description: String {
        let place = member.isEmpty ? "page \(page)" : "\(member) page \(page)"
        return "\(place) (object \(objectID)): dbtime \(dbtime), it was \(dbtimeBefore)"
    }
}
