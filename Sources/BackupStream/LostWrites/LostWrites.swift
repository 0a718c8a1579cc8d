internal import ESE
internal import Platform

/// Pages of an image that are older than a shipped image had them, or blank.
///
/// Not proof: a page can be freed and given to the same tree again. But the counter of a page only rises, and
/// nothing else that is common makes it fall, so the image is worth a second look before it becomes the newest
/// good point.
package struct LostWrites: Equatable, Sendable, CustomStringConvertible {
    /// Pages that are named one by one.
    package static let namedPages = 100_000
    private static let describedPages = 5

    /// All of them, also those not named.
    package private(set) var count = 0
    /// The first ``namedPages``, by member in the order of the image, then by number.
    package private(set) var pages: [SuspectPage] = []

    package var isEmpty: Bool { count == 0 }

    package init(_ pages: [SuspectPage] = []) {
        for page in pages { add(page) }
    }

    mutating func add(_ page: SuspectPage) {
        count += 1
        if pages.count < Self.namedPages { pages.append(page) }
    }

    /// Takes over what another search of the same image found; each page once, with its highest counter.
    package mutating func merge(_ other: LostWrites) {
        var merged: [String: SuspectPage] = [:]
        for page in pages + other.pages {
            let key = "\(page.page) \(page.member)"
            guard let known = merged[key], known.dbtimeBefore >= page.dbtimeBefore else {
                merged[key] = page
                continue
            }
        }
        let unnamed = max(count - pages.count, other.count - other.pages.count)
        let all = merged.values.sorted { ($0.member, $0.page) < ($1.member, $1.page) }
        count = all.count + unnamed
        pages = Array(all.prefix(Self.namedPages))
    }

    /// `2 pages are older than in the image shipped before, as after lost writes: mdb01.edb page 17 …; …`.
    package var description: String {
        guard count > 0 else { return "no page is older than in the image shipped before" }
        let first = pages.prefix(Self.describedPages).map(\.description).joined(separator: "; ")
        let more = count > Self.describedPages ? "; …" : ""
        return "\(summary), as after lost writes: \(first)\(more)"
    }

    /// `2 pages are older than in the image shipped before`; of blank pages that they are blank and were in use.
    package var summary: String {
        let verb = count == 1 ? "page is" : "pages are"
        let blank = pages.count { $0.isBlank == true }
        let before = "in the image shipped before"
        guard blank > 0 else { return "\(count) \(verb) older than \(before)" }
        guard blank < pages.count else {
            return "\(count) \(verb) blank and \(count == 1 ? "was" : "were") in use \(before)"
        }
        return "\(count) pages are older than \(before), or blank"
    }

    /// Puts the named pages into the manifest of the image that was searched.
    ///
    /// The next search takes them over from there, so they stay suspect until they are written again.
    package func record(in manifest: inout ImageManifest) {
        manifest.suspectPages = isEmpty ? nil : pages
    }
}

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
