internal import ESE
internal import Platform

/// Decisions taken from the first eight bytes of an input, where a page has its sum, which is put right anyway.
///
/// So an input of a hundred bytes reaches what pages of any size do, and most are short: short inputs are fast.
struct FuzzChoice {
    let size: PageSize
    let isOdd: Bool
    /// One input in 64, whatever it begins with: for what is slow.
    let isRare: Bool
    /// Up to 2^32.
    let number: Int

    init(_ bytes: [UInt8]) {
        var head = Array(bytes.prefix(8))
        head += [UInt8](repeating: 0, count: 8 - head.count)
        let sizes: [PageSize] = [.kib2, .kib2, .kib2, .kib2, .kib2, .kib4, .kib4, .kib8, .kib16, .kib32]
        size = sizes[Int(head[0]) % sizes.count]
        isOdd = head[1] & 1 == 1
        // Mutations of one input share their head and mostly their length; some bytes from all over differ.
        let places = [1, 3, 5, 7].map { bytes.isEmpty ? 0 : Int(bytes[bytes.count * $0 / 8]) }
        isRare = places.reduce(bytes.count) { $0 * 31 + $1 } % 64 == 0
        number = Int(head.span.uint32(at: 4))
    }

    /// A page of the chosen size that begins with the input.
    func padded(_ bytes: [UInt8]) -> [UInt8] {
        var page = Array(bytes.prefix(size.bytes))
        page += [UInt8](repeating: 0, count: size.bytes - page.count)
        return page
    }
}
