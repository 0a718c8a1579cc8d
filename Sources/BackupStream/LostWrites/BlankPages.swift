internal import ESE
internal import Platform

/// Tells of a page that is blank and was in use before whether the engine may have made it so.
///
/// It does in two ways only: it gives free space back to the file system (trimming), and it cuts the file and makes it
/// longer again. Freeing a page leaves its bytes, and so does every kind of scrubbing.
struct BlankPages {
    private let member: DatabaseMember
    private let base: DatabaseMember
    private var free: [ClosedRange<UInt32>]?
    private var isResized: Bool?

    init(in member: DatabaseMember, since base: DatabaseMember) {
        self.member = member
        self.base = base
    }

    /// True for a page that nothing but a fault can have blanked, or one that no tree has any more.
    mutating func isLost(_ page: Int) throws(BackupError) -> Bool {
        if isResized == nil { isResized = try wasResized() }
        guard isResized == false else { return false }
        if free == nil {
            let member = member
            free = try AvailableExtents.ranges(member.size) { (page) throws(BackupError) in
                try member.page(Int(page))
            }
        }
        let number = UInt32(clamping: page)
        return !(free ?? []).contains { $0.contains(number) }
    }

    private func wasResized() throws(BackupError) -> Bool {
        guard let now = try member.header(), let then = try base.header() else { return true }
        return now.trimCount != then.trimCount || now.shrinkCount != then.shrinkCount
    }
}
