package import ESE

/// A whole database made from a seed, page by page, so that one of any length needs no memory.
package struct ESEDatabase: Sendable {
    /// The logs that a dirty database requires; all but the upper bound of `committed` given.
    package struct Required: Sendable {
        package let range: ClosedRange<Int32>
        package let committed: Int32
        package init(_ range: ClosedRange<Int32>, committed: Int32? = nil) {
            self.range = range
            self.committed = committed ?? range.upperBound
        }
    }

    /// Which checksum the pages have.
    package enum PageFormat: String, CaseIterable, Sendable {
        case new
        /// That of Exchange 5.5 to 2003; up to 8 KiB.
        case old
        /// An old database some of whose pages a newer engine has written since.
        case mixed
    }

    package var size: PageSize = .kib8
    package var format = PageFormat.new
    /// Levels of the tree of owned extents; 1 is a tree that is all on its root.
    package var treeLevels = 1
    /// Marks pages with flush types and the header with the signature of a flush map.
    package var hasFlushMap = false
    /// Pages that the database owns.
    package var pages: UInt32 = 64
    package var seed: UInt64 = 1
    /// Nil for a clean shutdown.
    package var required: Required?
    /// Slots with garbage behind the owned end.
    package var garbageSlots: UInt32 = 0
    /// Log range of the trailer; makes the file a copy of the streaming backup.
    package var backup: ClosedRange<UInt32>?

    package init() {}

    package init(_ change: (inout Self) -> Void) { change(&self) }

    package var dbtime: UInt64 { 10_000 + UInt64(pages) }
    package var signature: Signature {
        Signature(random: UInt32(truncatingIfNeeded: seed) | 1, created: .test(minutes: 1))
    }
    package var logSignature: Signature { ESELog.signature(seed: seed) }
    /// Page slots and the trailer, headers not counted.
    package var slots: UInt32 { pages + garbageSlots + (backup == nil ? 0 : 1) }
    package var byteCount: Int { Int(slots + 2) * size.bytes }

    /// The whole file.
    package func bytes() -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(byteCount)
        for slot in 0..<slots + 2 { bytes += self.slot(slot) }
        return bytes
    }

    /// File slot `index`: two headers, then pages from 1, then the trailer.
    package func slot(_ index: UInt32) -> [UInt8] {
        if index < 2 { return header() }
        let number = index - 1
        if number <= pages { return page(number) }
        if number == slots, let backup { return trailer(backup) }
        var generator = SeededGenerator(seed: seed &+ UInt64(number))
        return generator.bytes(size.bytes)
    }

    /// Every thirteenth page is blank, so are the last ones of a database with room to grow.
    package func isBlank(_ number: UInt32) -> Bool {
        number > 6 && !ownedTree.holds(number) && (number % 13 == 0 || number > pages - pages / 16)
    }

    package func page(_ number: UInt32) -> [UInt8] {
        if number == 2, treeLevels == 1 {
            return ESEPage.ownedExtents(size, last: pages, style(number, dbtime))
        }
        if ownedTree.holds(number) { return ownedTree.page(number, style(number, dbtime)) }
        if isBlank(number) { return [UInt8](repeating: 0, count: size.bytes) }
        return ESEPage.content(size, number: number, style(number, 10_000 + UInt64(number)), seed: seed)
    }

    private func style(_ number: UInt32, _ dbtime: UInt64) -> ESEPage.Style {
        ESEPage.Style(
            dbtime: dbtime, isOld: isOld(number),
            flushType: hasFlushMap ? ESEFlushMap.type(of: number, seed: seed) : .unknown)
    }

    /// True for pages with the old checksum.
    package func isOld(_ number: UInt32) -> Bool {
        switch format {
        case .new: false
        case .old: !size.isLarge
        case .mixed: !size.isLarge && number % 3 != 0
        }
    }

    private var ownedTree: ESEOwnedTree { ESEOwnedTree(size: size, levels: treeLevels, last: pages) }

    /// The flush map that belongs beside this database, as a whole file.
    package func flushMap(isClean: Bool = true) -> [UInt8] {
        ESEFlushMap.bytes(of: self, isClean: isClean)
    }

    package var backupInfo: BackupInfo {
        BackupInfo(
            mark: LogPosition(generation: Int32(backup?.upperBound ?? 0), sector: 2, byte: 0x17),
            time: .test(minutes: 5000), lowGeneration: backup?.lowerBound ?? 0, highGeneration: 0)
    }

    package func header() -> [UInt8] {
        var header = [UInt8](repeating: 0, count: size.bytes)
        header.put(DatabaseHeader.magic, at: 4)
        header.put(UInt32(0x620), at: 8)
        header.put(dbtime, at: 16)
        header.put(signature, at: 24)
        header.put(DatabaseState.cleanShutdown.rawValue, at: 52)
        header.put(LogPosition(generation: 1, sector: 1, byte: 0), at: 56)
        header.put(LogTime.test(minutes: 1), at: 64)
        header.put(LogTime.test(minutes: 1), at: 72)
        header.put(LogPosition(generation: 1, sector: 1, byte: 0), at: 80)
        header.put(UInt32(1), at: 104)
        header.put(logSignature, at: 108)
        header.put(UInt32(30), at: 212)
        for (offset, value) in [(216, UInt32(10)), (224, 20348), (232, 20), (236, UInt32(size.bytes))] {
            header.put(value, at: offset)
        }
        header.put(UInt32(0x620), at: 340)
        header.put(UInt32(20), at: 344)
        header.put(UInt32(1), at: 667)
        if format != .new { header.put(UInt32(format == .old ? 9 : 11), at: 232) }
        if hasFlushMap { header.put(ESEFlushMap.signature(seed: seed), at: 612) }
        if let required { putRequired(required, &header) }
        if backup != nil { header.put(backupInfo, at: 184) }
        header.sealHeader()
        return header
    }

    private func putRequired(_ required: Required, _ header: inout [UInt8]) {
        header.put(DatabaseState.dirtyShutdown.rawValue, at: 52)
        header.put(required.range.lowerBound, at: 296)
        header.put(required.range.upperBound, at: 300)
        header.put(required.committed, at: 416)
        header.put(ESELog.created(required.committed), at: 348)
        header.put(ESELog.created(required.range.upperBound), at: 672)
    }

    private func trailer(_ range: ClosedRange<UInt32>) -> [UInt8] {
        var page = [UInt8](repeating: 0, count: size.bytes)
        page.put(backupInfo, at: 40)
        page.put(range.upperBound, at: 60)
        page.put(signature, at: 64)
        page.put(logSignature, at: 92)
        page.put(range.lowerBound, at: 120)
        page.put(range.upperBound, at: 124)
        page.put(range.upperBound, at: 128)
        page.sealHeader()
        return page
    }
}
