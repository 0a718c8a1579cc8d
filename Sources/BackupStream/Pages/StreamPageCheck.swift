internal import ESE
package import Image
internal import Platform

/// Checks every database in a run of image bytes, whatever brings them: a stream, or an image being rebuilt.
///
/// Which parts are databases is told by their own first bytes, as for any other source.
package struct StreamPageCheck {
    /// One database and what its pages said.
    package struct Finding: Equatable, Sendable {
        package let database: ImageManifest.Database
        /// The fault of its pages or its length; nil if there is none.
        package let fault: String?
        package let warnings: [String]
    }

    private var parts: [(name: String, length: Int, isData: Bool)]
    private var part = 0
    /// Bytes of the present part that have passed.
    private var passed = 0
    /// The part's first bytes, or those of a page whose end has not come.
    private var carry: [UInt8] = []
    private var isSniffed = false
    private var check: DatabasePageCheck?
    package private(set) var findings: [Finding] = []

    /// Checks raw bytes of unknown length.
    package init() { parts = [("", .max, true)] }

    /// Checks the data extents of an image.
    package init(layout: ImageLayout) {
        parts = layout.extents.map { ($0.key.name, $0.length, $0.key.kind == .data) }
    }

    package mutating func append(_ bytes: Span<UInt8>) {
        var start = 0
        while start < bytes.count {
            endFinishedParts()
            guard part < parts.count else { return }
            let count = min(bytes.count - start, parts[part].length - passed)
            if parts[part].isData { take(bytes.extracting(start..<start + count)) }
            passed += count
            start += count
        }
        endFinishedParts()
    }

    /// Ends the last part, also when it is shorter than announced.
    package mutating func finish() -> [Finding] {
        endPart()
        return findings
    }

    private mutating func endFinishedParts() {
        while part < parts.count, passed == parts[part].length { endPart() }
    }

    private mutating func take(_ bytes: Span<UInt8>) {
        if !isSniffed {
            let count = min(FileKind.prefixBytes - carry.count, bytes.count)
            carry.append(copying: bytes.extracting(0..<count))
            guard carry.count == FileKind.prefixBytes else { return }
            sniff()
            take(bytes.extracting(droppingFirst: count))
            return
        }
        guard let size = check?.pageSize.bytes else { return }
        var start = 0
        if !carry.isEmpty {
            start = min(size - carry.count, bytes.count)
            carry.append(copying: bytes.extracting(0..<start))
            if carry.count == size {
                let page = carry
                checkPage(page.span)
                carry.removeAll(keepingCapacity: true)
            }
        }
        while bytes.count - start >= size {
            checkPage(bytes.extracting(start..<start + size))
            start += size
        }
        if start < bytes.count { carry.append(copying: bytes.extracting(start..<bytes.count)) }
    }

    /// Decides from the part's first bytes, and checks what they hold.
    private mutating func sniff() {
        isSniffed = true
        check = (try? HeaderPair.find(in: carry.span)).map { DatabasePageCheck($0) }
        let head = carry
        carry = []
        take(head.span)
    }

    private mutating func checkPage(_ page: Span<UInt8>) {
        let verdict = check?.verdict(of: page)
        check?.record(verdict, of: page)
    }

    private mutating func endPart() {
        guard part < parts.count else { return }
        if parts[part].isData, !isSniffed { sniff() }
        if var check {
            if !carry.isEmpty { check.cut() }
            let pages = check.finish()
            findings.append(
                Finding(
                    database: .init(name: parts[part].name, pages), fault: pages.fault,
                    warnings: pages.warnings))
        }
        part += 1
        passed = 0
        carry = []
        isSniffed = false
        check = nil
    }
}
