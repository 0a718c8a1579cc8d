package import Platform

/// One 512-byte header block of a tar file, in the POSIX ustar layout.
///
/// Offsets: name 0..<100, mode 100, owner 108, group 116, length 124..<136, time 136..<148, sum 148..<156,
/// type 156, link name 157, magic 257, version 263, prefix 345..<500 (POSIX.1-2017, pax, "ustar Interchange
/// Format"). Numbers are octal digits; lengths may also be base 256, as GNU tar writes them.
struct TarHeader: Equatable {
    static let byteCount = 512
    /// The most that eleven octal digits hold: 8 GiB less one byte.
    static let largestOctal = 0o77_777_777_777
    private static let nameBytes = 100

    enum Kind: UInt8 {
        case file = 0x30
        case oldFile = 0
        case contiguous = 0x37
        case pax = 0x78
        case globalPax = 0x67
        case longName = 0x4C
    }

    var name: String
    var kind: UInt8
    /// Bytes of content that follow, padding to 512 not counted.
    var length: Int
    /// Whole seconds since 1970.
    var modified: Int

    /// A header of one of ours: a regular file or a pax header, mode 0600, owner and group 0 without names.
    ///
    /// A name that is too long is cut, a number that is too large is written as 0: the pax header in front
    /// holds the true one.
    func encoded() -> [UInt8] {
        var block = [UInt8](repeating: 0, count: Self.byteCount)
        func put(_ text: String, at offset: Int, limit: Int) {
            for (index, unit) in text.utf8.prefix(limit).enumerated() { block[offset + index] = unit }
        }
        put(name, at: 0, limit: Self.nameBytes)
        put("0000600", at: 100, limit: 8)
        put("0000000", at: 108, limit: 8)
        put("0000000", at: 116, limit: 8)
        put(Self.octal(length), at: 124, limit: 12)
        put(Self.octal(modified), at: 136, limit: 12)
        block[156] = kind
        put("ustar\u{0}00", at: 257, limit: 8)
        let sum = String(Self.sum(block.span), radix: 8)
        put(String(repeating: "0", count: 6 - sum.count) + sum + "\u{0} ", at: 148, limit: 8)
        return block
    }

    static func fits(name: String) -> Bool {
        name.utf8.count <= nameBytes && name.utf8.allSatisfy { (0x20..<0x7F).contains($0) }
    }

    static func fits(number: Int) -> Bool { (0...largestOctal).contains(number) }

    /// - Parameter offset: Offset of the block in its file, for errors.
    init(parsing block: Span<UInt8>, at offset: Int) throws(FormatError) {
        guard block.count == Self.byteCount else {
            throw .truncated(offset: offset, needed: Self.byteCount, available: block.count)
        }
        guard try Self.number(block, 148..<156, field: "header sum", offset) == Self.sum(block) else {
            throw .badField(field: "tar header sum", offset: offset)
        }
        kind = block[156]
        length = try Self.number(block, 124..<136, field: "length", offset)
        modified = try Self.number(block, 136..<148, field: "time", offset)
        var name = try Self.text(block, 0..<100, field: "name", offset)
        let isUstar = block.array(257..<262) == Array("ustar".utf8) && block[262] == 0
        if isUstar, block[345] != 0 {
            name = try Self.text(block, 345..<500, field: "name prefix", offset) + "/" + name
        }
        self.name = name
    }

    init(name: String, kind: Kind, length: Int, modified: Int) {
        self.name = name
        self.kind = kind.rawValue
        self.length = length
        self.modified = modified
    }

    /// The sum of all bytes, with the sum's own eight counted as spaces.
    private static func sum(_ block: Span<UInt8>) -> Int {
        var total = 8 * 0x20
        for index in 0..<block.count where !(148..<156).contains(index) { total += Int(block[index]) }
        return total
    }

    private static func octal(_ value: Int) -> String {
        guard fits(number: value) else { return "00000000000" }
        let digits = String(value, radix: 8)
        return String(repeating: "0", count: 11 - digits.count) + digits
    }

    private static func number(
        _ block: Span<UInt8>, _ range: Range<Int>, field: String, _ offset: Int
    ) throws(FormatError) -> Int {
        if block[range.lowerBound] == 0x80 { return try base256(block, range, field: field, offset) }
        var value = 0
        var isStarted = false
        for index in range {
            let unit = block[index]
            if unit == 0x20 && !isStarted { continue }
            if unit == 0 || unit == 0x20 { break }
            guard (0x30...0x37).contains(unit) else { throw .badField(field: field, offset: offset + index) }
            isStarted = true
            value = value << 3 | Int(unit - 0x30)
        }
        return value
    }

    /// GNU's extension: the first byte 0x80, then a big-endian integer.
    private static func base256(
        _ block: Span<UInt8>, _ range: Range<Int>, field: String, _ offset: Int
    ) throws(FormatError) -> Int {
        var value = 0
        for index in range.dropFirst() {
            guard value < 1 << 52 else { throw .badField(field: field, offset: offset + index) }
            value = value << 8 | Int(block[index])
        }
        return value
    }

    private static func text(
        _ block: Span<UInt8>, _ range: Range<Int>, field: String, _ offset: Int
    ) throws(FormatError) -> String {
        let units = block.array(range).prefix { $0 != 0 }
        guard let text = String(validating: units, as: UTF8.self) else {
            throw .badField(field: field, offset: offset + range.lowerBound)
        }
        return text
    }
}

/// A tar image could not be read or unpacked.
package enum TarError: Error, Equatable, Sendable, CustomStringConvertible {
    case system(SystemError)
    /// Not the tar it should be.
    case format(FormatError, path: String)
    /// A member whose name is not a plain file name, so that unpacking it could write anywhere.
    case unsafeName(String, path: String)
    /// Two members of one name.
    case duplicate(String, path: String)
    /// The image has no member of this name.
    case noMember(String, path: String)

    package var description: String {
        switch self {
        case .system(let error): error.description
        case .format(let error, let path): "read \(path): \(error)"
        case .unsafeName(let name, let path): "unpack \(path): refused member name \"\(name)\""
        case .duplicate(let name, let path): "unpack \(path): two members are named \(name)"
        case .noMember(let name, let path): "unpack \(path): no member is named \(name)"
        }
    }

    package var hint: String? {
        switch self {
        case .system(let error) where error.isNoSpace: "free space, or unpack somewhere else"
        case .system, .format, .unsafeName, .duplicate, .noMember: nil
        }
    }
}
