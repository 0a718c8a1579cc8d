package import ESE

/// The flush map of a made-up database (format notes 4.1).
package enum ESEFlushMap {
    private static let pageBytes = FlushMapHeader.byteCount

    /// The flush type of a page that was written.
    package static func type(of number: UInt32, seed: UInt64) -> FlushType {
        switch (UInt64(number) &+ seed) % 3 {
        case 0: .rock
        case 1: .paper
        default: .scissors
        }
    }

    package static func signature(seed: UInt64) -> Signature {
        Signature(random: UInt32(truncatingIfNeeded: seed &* 31) | 1, created: .test(minutes: 2))
    }

    package static func bytes(of database: ESEDatabase, isClean: Bool) -> [UInt8] {
        let perPage = UInt32(FlushMap.statesPerPage)
        var bytes = header(seed: database.seed, isClean: isClean)
        for index in 0...database.pages / perPage {
            var page = [UInt8](repeating: 0, count: pageBytes)
            let last = min((index + 1) * perPage - 1, database.pages)
            for number in max(1, index * perPage)...max(1, last) where !database.isBlank(number) {
                let entry = Int(number % perPage)
                let state = type(of: number, seed: database.seed).rawValue
                page[64 + entry / 4] |= state << UInt8(6 - 2 * (entry % 4))
            }
            page.put(database.dbtime, at: 8)
            page.put(index, at: 16)
            page.put(PageChecksum.newFormatFlag, at: 36)
            sealPage(&page, index)
            bytes += page
        }
        return bytes
    }

    /// Stores the checksum of a page of states.
    package static func sealPage(_ page: inout [UInt8], _ index: UInt32) {
        let sum = PageChecksum.blockSum(page.span, number: index, isFirst: true)
        page.put(sum, at: 0)
    }

    package static func header(seed: UInt64, isClean: Bool) -> [UInt8] {
        var header = [UInt8](repeating: 0, count: pageBytes)
        header.put(UInt32(3), at: 4)
        header.put(PageChecksum.newFormatFlag | (isClean ? 1 : 0), at: 36)
        header.put(LogTime.test(minutes: 2), at: 40)
        header.put(LogTime.test(minutes: 3), at: 48)
        header.put(signature(seed: seed), at: 116)
        header.put(UInt32(7), at: 667)
        header.sealHeader()
        return header
    }
}
