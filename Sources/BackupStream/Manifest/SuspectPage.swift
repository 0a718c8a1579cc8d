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
    /// True for a page that is blank now, whose counter is 0; nil for an older one.
    package var isBlank: Bool?

    package init(
        member: String, page: UInt32, dbtime: UInt64, dbtimeBefore: UInt64, objectID: UInt32,
        isBlank: Bool? = nil
    ) {
        self.member = member
        self.page = page
        self.dbtime = dbtime
        self.dbtimeBefore = dbtimeBefore
        self.objectID = objectID
        self.isBlank = isBlank
    }

    /// Read and written in snake case, which would not bring capitals back.
    private enum CodingKeys: String, CodingKey {
        case member, page, dbtime, dbtimeBefore, isBlank
        case objectID = "objectId"
    }

    /// `mdb01.edb page 17 (object 30): dbtime 400, it was 512`, `…: blank, its dbtime was 512`.
    package var description: String {
        let place = member.isEmpty ? "page \(page)" : "\(member) page \(page)"
        if isBlank == true { return "\(place) (object \(objectID)): blank, its dbtime was \(dbtimeBefore)" }
        return "\(place) (object \(objectID)): dbtime \(dbtime), it was \(dbtimeBefore)"
    }
}
