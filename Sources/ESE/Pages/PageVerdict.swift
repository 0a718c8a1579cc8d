/// The verdict on one page by its checksum.
package enum PageVerdict: Equatable, Sendable {
    /// Every byte is zero: never written, and valid.
    case blank
    case good
    /// Exactly these bits, counted from the start of the page, differ from what was summed when it was written.
    ///
    /// At most one a block, so one to four. Bad all the same: three flipped bits in a block look like one
    /// wrong bit about once in ten times (format notes 3.6).
    case correctable(bits: [Int])
    /// Intact by its own account, but the page of another slot.
    case wrongNumber(writtenFor: UInt32)
    case badChecksum(PageMismatch)
    /// Intact, but not what was written last: the flush map knows of a later write (-1119).
    case lostWrite(LostFlush)
    /// Blank although every database has this page (-1019).
    case notInitialized(SystemPage)

    /// True for pages that a backup may ship without a word.
    package var isGood: Bool {
        switch self {
        case .blank, .good: true
        case .correctable, .wrongNumber, .badChecksum, .lostWrite, .notInitialized: false
        }
    }
}

/// The first block of a page whose stored sum is not that of its bytes.
package struct PageMismatch: Equatable, Sendable {
    /// 0 for pages up to 8 KiB, 0...3 for larger ones.
    package let block: Int
    package let stored: UInt64
    package let computed: UInt64
    /// The page whose sum this would be, when the ECC agrees and only the number mixed in differs.
    package let perhapsPage: UInt32?

    package init(block: Int, stored: UInt64, computed: UInt64, perhapsPage: UInt32? = nil) {
        self.block = block
        self.stored = stored
        self.computed = computed
        self.perhapsPage = perhapsPage
    }
}

extension PageVerdict: CustomStringConvertible {
    package var description: String {
        switch self {
        case .blank: "blank"
        case .good: "good"
        case .correctable(let bits):
            "checksum failed, as if bit \(bits.map(String.init).joined(separator: ", ")) had flipped"
        case .wrongNumber(let page): "holds page \(page)"
        case .badChecksum(let mismatch): mismatch.description
        case .lostWrite(let flush): flush.description
        case .notInitialized(let page): "blank, \(ErrorCode.pageNotInitialized.label): it is \(page)"
        }
    }
}

extension PageMismatch: CustomStringConvertible {
    package var description: String {
        let sums =
            "checksum failed, stored 0x\(Hexadecimal.lower(stored)), computed 0x\(Hexadecimal.lower(computed))"
        guard let perhapsPage else { return sums }
        return "\(sums), perhaps page \(perhapsPage)"
    }
}
