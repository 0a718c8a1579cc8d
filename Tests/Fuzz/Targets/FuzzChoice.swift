internal import ESE
internal import Platform

/// Decisions taken from the first eight bytes of an input, where a page has its sum, which is put right anyway.
///
/// So an input of a hundred bytes reaches what pages of any size do, and most are short: short inputs are fast.
struct FuzzChoice {
    let size: PageSize
    let isOdd: Bool
    /// One input in eight: for what is slow.
    let isRare: Bool
    /// Up to 2^32.
    let number: Int

    init(_ bytes: [UInt8]) {
        var head = Array(bytes.prefix(8))
        head += [UInt8](repeating: 0, count: 8 - head.count)
        let sizes: [PageSize] = [.kib2, .kib2, .kib2, .kib2, .kib2, .kib4, .kib4, .kib8, .kib16, .kib32]
        size = sizes[Int(head[0]) % sizes.count]
        isOdd = head[1] & 1 == 1
        isRare = head[2] & 7 == 0
        number = Int(head.span.uint32(at: 4))
    }

    /// A page of the chosen size that begins with the input.
    func padded(_ bytes: [UInt8]) -> [UInt8] {
        var page = Array(bytes.prefix(size.bytes))
        page += [UInt8](repeating: 0, count: size.bytes - page.count)
        return page
    }
}
