internal import Platform

/// Tells a file that claims to be a database, by its name or its bytes, although it cannot be read as one.
///
/// Pure: a name and the start of a file in, a reason out.
package enum DatabaseClaim {
    /// Bytes from the start of a file that suffice: both headers and a page of the largest size.
    package static let prefixBytes = HeaderPair.prefixBytes + PageSize.kib32.bytes

    /// Bytes of a block that holds whole pages of every size.
    package static let blockBytes = PageSize.kib32.bytes

    private static let endings = [".edb", ".dit", ".mdb", ".stm"]
    /// Databases of Windows' services whose endings other programs use as well.
    private static let names: Set<String> = ["catdb", "qmgr.db", "srudb.dat"]
    private static let versionOffset = 8
    private static let magicOffset = 4
    private static let pageSizeOffset = 236
    private static let version: UInt32 = 0x620

    /// True for a name that databases have, and little else.
    package static func isNamed(_ name: String) -> Bool {
        let name = name.lowercased()
        return endings.contains { name.hasSuffix($0) } || names.contains(name)
            || name.hasPrefix("webcachev") && name.hasSuffix(".dat")
    }

    /// Why a file claims to be a database; nil when it does not.
    ///
    /// - Parameters:
    ///   - kind: What ``FileKind/sniff(_:)`` takes it for.
    ///   - prefix: The start of the file: ``prefixBytes``, or the whole file when it is shorter.
    package static func reason(name: String, _ kind: FileKind, _ prefix: Span<UInt8>) -> String? {
        switch kind {
        case .database: return "a database"
        case .streamingFile: return "the streaming file of a database"
        case .temporaryDatabase, .log, .checkpoint, .flushMap: return nil
        case .unwritten: return isNamed(name) ? "named like a database, and its header is blank" : nil
        case .otherESE(let type):
            return isNamed(name) ? "named like a database, and an ESE file of type \(type)" : nil
        case .other: break
        }
        if isNamed(name) {
            if prefix.isEmpty { return "named like a database, and empty" }
            if isAccess(prefix) { return nil }
        } else if !isMade(by: prefix) {
            return nil
        }
        return DatabaseHeaderError.noValidHeader.description
    }

    /// True for bytes that only a database begins with: parts of a header, or an intact page in its place.
    package static func isMade(by prefix: Span<UInt8>) -> Bool {
        if isHeader(prefix, at: 0, nil) { return true }
        return PageSize.allCases.contains { size in
            isHeader(prefix, at: size.bytes, size) || hasPage(prefix, size)
        }
    }

    /// True if a block of a file has an intact page in its place, whatever the page size is.
    ///
    /// - Parameter offset: Of the block in its file, a multiple of ``blockBytes``.
    package static func hasPage(in block: Span<UInt8>, at offset: Int) -> Bool {
        PageSize.allCases.contains { size in
            stride(from: 0, through: block.count - size.bytes, by: size.bytes).contains { start in
                // The first two places are the headers'.
                guard let number = UInt32(exactly: (offset + start) / size.bytes - 1), number > 0 else {
                    return false
                }
                let page = block.extracting(start..<start + size.bytes)
                return PageChecksum.verdict(of: page, number: number) == .good
            }
        }
    }

    /// True if there is a header that may have lost some of its bits.
    ///
    /// - Parameter size: The page size it must name; nil for any.
    private static func isHeader(_ prefix: Span<UInt8>, at offset: Int, _ size: PageSize?) -> Bool {
        guard prefix.count >= offset + PageSize.kib2.bytes else { return false }
        if prefix.uint32(at: offset + magicOffset) == DatabaseHeader.magic { return true }
        guard prefix.uint32(at: offset + versionOffset) == version,
            let named = PageSize(field: prefix.uint32(at: offset + pageSizeOffset))
        else { return false }
        return size == nil || size == named
    }

    private static func hasPage(_ prefix: Span<UInt8>, _ size: PageSize) -> Bool {
        var start = 2 * size.bytes
        var number: UInt32 = 1
        while start + size.bytes <= prefix.count {
            let page = prefix.extracting(start..<start + size.bytes)
            if PageChecksum.verdict(of: page, number: number) == .good { return true }
            start += size.bytes
            number += 1
        }
        return false
    }

    /// True for a database of Microsoft Access, whose files are named `.mdb` as well.
    private static func isAccess(_ prefix: Span<UInt8>) -> Bool {
        ["Standard Jet DB", "Standard ACE DB"].contains { name in
            let bytes = Array(name.utf8)
            return prefix.count >= 4 + bytes.count && prefix.array(4..<4 + bytes.count) == bytes
        }
    }
}
