package import ESE
package import Platform

/// A day's work on a database: some pages change a little, some are appended.
package struct ESEMutation: Sendable {
    /// Share of the written pages that change, 0 to 100.
    package var percent: Double
    /// Pages to append behind the owned end.
    package var appended: UInt32
    package var seed: UInt64

    package init(percent: Double, appended: UInt32 = 0, seed: UInt64) {
        self.percent = percent
        self.appended = appended
        self.seed = seed
    }

    package enum Failure: Error {
        case file(SystemError)
        case header(DatabaseHeaderError)
        case noOwnedEnd
        case isBackupCopy
    }

    /// What was done.
    package struct Outcome: Equatable, Sendable {
        package var changed: [UInt32] = []
        package var appended: UInt32 = 0
        /// The raised counter; no page is above it.
        package var dbtime: UInt64 = 0
    }

    /// Gives the database its day.
    package func apply(to bytes: inout [UInt8]) throws(Failure) -> Outcome {
        var store = MemoryStore(bytes: bytes)
        let outcome = try apply(to: &store)
        bytes = store.bytes
        return outcome
    }

    /// The same in a file, page by page.
    package func apply(to file: any OpenFile) throws(Failure) -> Outcome {
        var store = FileStore(file: file)
        return try apply(to: &store)
    }

    private func apply(to store: inout some PageStore) throws(Failure) -> Outcome {
        let prefix = try store.read(0, HeaderPair.prefixBytes)
        let pair: HeaderPair
        do throws(DatabaseHeaderError) { pair = try HeaderPair.find(in: prefix.span) } catch {
            throw .header(error)
        }
        guard !pair.header.isBackupCopy else { throw .isBackupCopy }
        let size = pair.pageSize
        let end = try OwnedExtent.end(size) { (number) throws(Failure) in
            try store.read(size.offset(ofPage: number), size.bytes)
        }
        guard case .page(let last) = end else { throw .noOwnedEnd }
        var generator = SeededGenerator(seed: seed)
        var outcome = Outcome(appended: appended, dbtime: pair.header.dbtime)
        // The first pages hold the space trees and the catalog, whose structure others read.
        for number in 7..<max(8, last + 1) where Double(generator.next() >> 11) / 0x1p53 * 100 < percent {
            var page = try store.read(size.offset(ofPage: number), size.bytes)
            guard page.count == size.bytes, page.contains(where: { $0 != 0 }),
                page.span.uint32(at: 36) & ESEPage.spaceTree == 0
            else { continue }
            outcome.dbtime += 1
            change(&page, number, dbtime: outcome.dbtime, &generator)
            try store.write(page, size.offset(ofPage: number))
            outcome.changed.append(number)
        }
        for number in last + 1..<last + 1 + appended {
            outcome.dbtime += 1
            let page = ESEPage.content(size, number: number, dbtime: outcome.dbtime, seed: seed)
            try store.write(page, size.offset(ofPage: number))
        }
        if appended > 0 {
            outcome.dbtime += 1
            // A tree of more levels becomes one of a single page; its other pages are no longer reached.
            // Format and flush type stay what they were, so that a flush map goes on being right.
            let root = try store.read(size.offset(ofPage: 2), size.bytes)
            let isOld = root.span.uint32(at: 36) & PageChecksum.newFormatFlag == 0
            let style = ESEPage.Style(
                dbtime: outcome.dbtime, isOld: isOld, flushType: FlushType(of: root.span))
            let extents = ESEPage.ownedExtents(size, last: last + appended, style)
            try store.write(extents, size.offset(ofPage: 2))
        }
        var raised = Array(prefix[..<size.bytes])
        raised.put(outcome.dbtime, at: 16)
        raised.sealHeader()
        for slot in 0..<2 { try store.write(raised, slot * size.bytes) }
        return outcome
    }

    /// Overwrites 200 to 600 bytes of the page's nodes.
    private func change(
        _ page: inout [UInt8], _ number: UInt32, dbtime: UInt64, _ generator: inout SeededGenerator
    ) {
        let count = 200 + Int(generator.next() % 401)
        let first = 128
        let start = first + Int(generator.next() % UInt64(page.count * 3 / 4 - first - count))
        page.replaceSubrange(start..<start + count, with: generator.bytes(count))
        page.put(dbtime, at: 8)
        page.seal(number)
    }
}

/// Where the pages lie that a mutation changes.
private protocol PageStore {
    /// Up to `count` bytes, fewer at the end.
    func read(_ offset: Int, _ count: Int) throws(ESEMutation.Failure) -> [UInt8]
    mutating func write(_ page: [UInt8], _ offset: Int) throws(ESEMutation.Failure)
}

private struct MemoryStore: PageStore {
    var bytes: [UInt8]

    func read(_ offset: Int, _ count: Int) -> [UInt8] {
        Array(bytes[min(offset, bytes.count)..<min(offset + count, bytes.count)])
    }

    mutating func write(_ page: [UInt8], _ offset: Int) {
        let end = min(offset + page.count, bytes.count)
        bytes.replaceSubrange(offset..<end, with: page)
    }
}

private struct FileStore: PageStore {
    let file: any OpenFile

    func read(_ offset: Int, _ count: Int) throws(ESEMutation.Failure) -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: count)
        do throws(SystemError) {
            var span = buffer.mutableSpan
            let read = try file.read(into: &span, at: offset)
            buffer.removeLast(count - read)
        } catch {
            throw .file(error)
        }
        return buffer
    }

    func write(_ page: [UInt8], _ offset: Int) throws(ESEMutation.Failure) {
        do throws(SystemError) { try file.write(page.span, at: offset) } catch { throw .file(error) }
    }
}
