internal import ArgumentParser
internal import ESE
internal import Platform
internal import TestSupport

/// Measures the check of database pages, and the reading under it; Benchmarks/pages puts the two side by side.
@main struct PageBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "page-bench", abstract: "Measure page checksums, and plain reading of a file.",
        subcommands: [Kernel.self, Read.self, Flips.self])
}

/// How fast pages are checked that are in a core's second-level cache.
struct Kernel: ParsableCommand {
    /// Stays in any L2 cache, and holds eight of the largest pages.
    private static let bytes = 256 << 10
    /// Passes over it in one measurement, about 0.1 ms: short enough to fall between what else the host does.
    private static let passes = 8
    @Option(help: "Measurements of each kind; the fastest counts.") var tries = 3000

    func run() throws {
        print("format  page size    GB/s")
        for size in PageSize.allCases {
            for isOld in [false, true] where !(isOld && size.isLarge) {
                let pages = (0..<Self.bytes / size.bytes).flatMap { index in
                    ESEPage.content(
                        size, number: UInt32(index + 1), ESEPage.Style(dbtime: 7, isOld: isOld), seed: 3)
                }
                let speed = try measure(pages, size)
                let digits = String(Int(speed * 10))
                let text = "\(digits.dropLast()).\(digits.suffix(1))"
                print("\(isOld ? "old" : "new")     \(pad(size.bytes))   \(pad(text))")
            }
        }
    }

    private func pad(_ value: some CustomStringConvertible) -> String {
        let text = value.description
        return String(repeating: " ", count: max(0, 6 - text.count)) + text
    }

    /// Bytes a nanosecond, of the fastest try.
    private func measure(_ pages: [UInt8], _ size: PageSize) throws -> Double {
        let clock = SystemClock()
        var best = 0.0
        for _ in 0..<tries {
            var bad = 0
            let start = clock.monotonicNanoseconds
            for _ in 0..<Self.passes { bad += Self.badPages(pages.span, size) }
            let nanoseconds = clock.monotonicNanoseconds - start
            guard bad == 0 else { throw ValidationError("\(bad) made-up pages are bad") }
            best = max(best, Double(Self.passes * pages.count) / Double(nanoseconds))
        }
        return best
    }

    private static func badPages(_ bytes: Span<UInt8>, _ size: PageSize) -> Int {
        var bad = 0
        for index in 0..<bytes.count / size.bytes {
            let page = bytes.extracting(index * size.bytes..<(index + 1) * size.bytes)
            if PageChecksum.verdict(of: page, number: UInt32(index + 1)) != .good { bad += 1 }
        }
        return bad
    }
}

/// Reads a file from one end to the other and does nothing with it: the floor under every check of it.
struct Read: ParsableCommand {
    @Argument(help: "The file.") var path: String
    @Option(help: "Bytes a read.") var piece = 256 << 10

    func run() throws {
        let file = try HostFileSystem().open(path, .read)
        let clock = SystemClock()
        var buffer = [UInt8](repeating: 0, count: piece)
        let start = clock.monotonicNanoseconds
        var offset = 0
        while true {
            var target = buffer.mutableSpan
            let got = try file.read(into: &target, at: offset)
            if got == 0 { break }
            offset += got
        }
        print("\(offset) bytes, \(Double(clock.monotonicNanoseconds - start) / 1e9) seconds")
    }
}

/// Flips every single bit of a page of each format and size: what the tests do for some, for all.
struct Flips: ParsableCommand {
    func run() throws {
        for size in PageSize.allCases {
            for isOld in [false, true] where !(isOld && size.isLarge) {
                var page = ESEPage.content(size, number: 9, ESEPage.Style(dbtime: 5, isOld: isOld), seed: 1)
                var located = 0
                var found = 0
                for bit in 0..<size.bytes * 8 {
                    page[bit / 8] ^= 1 << UInt8(bit % 8)
                    let verdict = PageChecksum.verdict(of: page.span, number: 9)
                    if verdict == .correctable(bits: [bit]) { located += 1 }
                    if !verdict.isGood { found += 1 }
                    page[bit / 8] ^= 1 << UInt8(bit % 8)
                }
                // The page's own sum and the flag that names the format cannot be located.
                guard found == size.bytes * 8, located == (isOld ? 0 : found - 65) else {
                    throw ValidationError("\(size.bytes) bytes: \(found) found, \(located) located")
                }
                print("\(isOld ? "old" : "new") \(size.bytes): \(found) bits, all found, \(located) located")
            }
        }
    }
}
