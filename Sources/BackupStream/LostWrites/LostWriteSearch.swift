internal import ESE
internal import Image
package import Platform

/// Looks for pages that are older in a new image than in one shipped before, or blank: suspected lost writes.
///
/// To be called after the backup and before the push, with the new image and the last one shipped to the target,
/// where the spool still has it, both under the spool's lock and both made with the job's secret:
///
///     let lost = try LostWriteSearch(
///         in: SearchedImage(file: image, signature: backup.signature, manifest: backup.manifest),
///         since: SearchedImage(file: base, signature: baseSignature, manifest: baseManifest)
///     ).search()
///
/// When `lost` is not empty the point is to be committed as suspicious (27), and `lost` kept with the image by
/// ``SpoolEntry/record(_:in:)``, so that the next search continues suspecting these pages although they will be the
/// same in both images then.
///
/// The cost follows the change: signatures are compared block by block, and only where they differ the page's
/// header is read on both sides. A page that looks suspect is then read whole and its checksum proved, so that
/// damage which was accepted is not taken for age.
package struct LostWriteSearch {
    private let new: SearchedImage
    private let old: SearchedImage

    package init(in new: SearchedImage, since old: SearchedImage) {
        self.new = new
        self.old = old
    }

    /// - Throws: `spool` when one of the images or signatures cannot be read.
    package func search() throws(BackupError) -> LostWrites {
        var lost = LostWrites()
        for facts in new.manifest.databases {
            guard let before = old.manifest.databases.first(where: { $0.name == facts.name }),
                before.signature == facts.signature, before.pageSize == facts.pageSize,
                // A lower counter is an older copy of the database, put back on purpose.
                facts.dbtime >= before.dbtime,
                let member = new.member(facts), let base = old.member(before)
            else { continue }
            try search(member, base, facts.name, &lost)
        }
        return lost
    }

    private func search(
        _ member: DatabaseMember, _ base: DatabaseMember, _ name: String, _ lost: inout LostWrites
    ) throws(BackupError) {
        let last = try lastOwned(member)
        var blanks = BlankPages(in: member, since: base)
        var known: [Int: SuspectPage] = [:]
        for page in old.manifest.suspectPages ?? [] where page.member == name {
            known[Int(page.page)] = page
        }
        var carried = known.keys.sorted()[...]
        // Suspects of before that lie after the pages of the older image come after the loop.
        let both = min(last, base.pageCount)
        let comparison = SignatureComparison(new.signature, old.signature)
        var next = 1
        while next <= both {
            let differing = try difference(comparison, from: next, through: both, member, base)
            while let number = carried.first, number < differing.lowerBound {
                carried.removeFirst()
                if let page = known[number], let suspect = try stillSuspect(page, in: member, &blanks) {
                    lost.add(suspect)
                }
            }
            for number in differing {
                var suspect: SuspectPage?
                if carried.first == number {
                    carried.removeFirst()
                    suspect = try known[number].flatMap { (page) throws(BackupError) in
                        try stillSuspect(page, in: member, &blanks)
                    }
                }
                if let found = try self.comparison(number, member, base, name, &blanks) {
                    let highest = max(found.dbtimeBefore, suspect?.dbtimeBefore ?? 0)
                    suspect = found
                    suspect?.dbtimeBefore = highest
                }
                if let suspect { lost.add(suspect) }
            }
            next = differing.upperBound
        }
        for number in carried where number <= last {
            if let page = known[number], let suspect = try stillSuspect(page, in: member, &blanks) {
                lost.add(suspect)
            }
        }
    }

    /// The next pages that differ in the two images; empty, after the last one, when there are no more.
    private func difference(
        _ comparison: SignatureComparison, from page: Int, through last: Int, _ member: DatabaseMember,
        _ base: DatabaseMember
    ) throws(BackupError) -> Range<Int> {
        let blocks: Range<Int>?
        do throws(ImageError) {
            blocks = try comparison.nextDifference(
                in: member.number, from: page + 1, since: base.number)
        } catch { throw .spool(error) }
        // Page 1 is block 2.
        guard let blocks, blocks.lowerBound - 1 <= last else { return last + 1..<last + 1 }
        return blocks.lowerBound - 1..<min(blocks.upperBound - 1, last + 1)
    }

    /// A page that differs in the two images and is older in the new one, or blank there.
    private func comparison(
        _ number: Int, _ member: DatabaseMember, _ base: DatabaseMember, _ name: String,
        _ blanks: inout BlankPages
    ) throws(BackupError) -> SuspectPage? {
        guard case .data(let then) = try base.content(of: number) else { return nil }
        guard case .data(let now) = try member.content(of: number) else {
            let before = try base.head(of: number)
            guard before.dbtime > 0, try isIntact(number, base), try blanks.isLost(number) else { return nil }
            return SuspectPage(
                member: name, page: UInt32(clamping: number), dbtime: 0, dbtimeBefore: before.dbtime,
                objectID: before.objectID, isBlank: true)
        }
        guard now != then else { return nil }
        let head = try member.head(of: number)
        let before = try base.head(of: number)
        guard head.objectID == before.objectID, head.dbtime < before.dbtime,
            try isIntact(number, member), try isIntact(number, base)
        else { return nil }
        return SuspectPage(
            member: name, page: UInt32(clamping: number), dbtime: head.dbtime, dbtimeBefore: before.dbtime,
            objectID: head.objectID)
    }

    /// A suspect of the older image, unless it was written again, freed or given away since.
    private func stillSuspect(
        _ page: SuspectPage, in member: DatabaseMember, _ blanks: inout BlankPages
    ) throws(BackupError) -> SuspectPage? {
        var page = page
        guard case .data = try member.content(of: Int(page.page)) else {
            page.dbtime = 0
            page.isBlank = true
            return try blanks.isLost(Int(page.page)) ? page : nil
        }
        let head = try member.head(of: Int(page.page))
        guard head.objectID == page.objectID, head.dbtime < page.dbtimeBefore else { return nil }
        page.isBlank = nil
        page.dbtime = head.dbtime
        return page
    }

    private func isIntact(_ number: Int, _ member: DatabaseMember) throws(BackupError) -> Bool {
        guard let page = try member.page(number) else { return false }
        return PageChecksum.verdict(of: page.span, number: UInt32(clamping: number)) == .good
    }

    /// The last page that the new image's database owns; a trailer is none.
    private func lastOwned(_ member: DatabaseMember) throws(BackupError) -> Int {
        let end = try OwnedExtent.end(member.size) { (page) throws(BackupError) in
            try member.page(Int(page))
        }
        if let last = end.lastPage { return min(Int(last), member.pageCount) }
        let tail = try member.page(member.pageCount)
        let isTrailed = tail.map { BackupTrailer(parsing: $0.span) != nil } ?? false
        return member.pageCount - (isTrailed ? 1 : 0)
    }
}

extension SpoolEntry {
    /// Keeps suspect pages in the manifest next to the image, for the search of the next run.
    ///
    /// The manifest inside a set's tar stays as it is; only the file next to the image is replaced, as a whole and
    /// durably. The caller holds the spool's lock.
    ///
    /// - Returns: The manifest as it is now, for the point's facts about its source.
    package func record(_ lost: LostWrites, in files: any FileSystem) throws(BackupError) -> ImageManifest {
        let old: ImageManifest
        do throws(ImageError) { old = try manifest(in: files) } catch { throw .spool(error) }
        var new = old
        lost.record(in: &new)
        guard new != old else { return new }
        let partial = manifestPath + Spool.partialSuffix
        let json = new.json
        do throws(SystemError) {
            if try files.status(partial) != nil { try files.remove(partial) }
            let file = try files.open(partial, .create)
            try file.write(json.span, at: 0)
            try file.sync()
            try files.rename(partial, to: manifestPath)
            try files.syncFolder(folder)
        } catch { throw .spool(error) }
        return new
    }
}
