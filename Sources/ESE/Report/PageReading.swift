/// What reading the pages of a database cost.
package struct PageReading: Equatable, Sendable, Encodable {
    package private(set) var reads = 0
    package private(set) var bytes = 0
    /// From the first read to the end of the check.
    package private(set) var nanoseconds: UInt64 = 0
    /// In all reads together.
    package private(set) var readNanoseconds: UInt64 = 0
    package private(set) var slowestNanoseconds: UInt64 = 0
    package private(set) var fastestNanoseconds: UInt64 = 0

    package init() {}

    /// Counts one read.
    package mutating func add(bytes: Int, nanoseconds: UInt64) {
        slowestNanoseconds = max(slowestNanoseconds, nanoseconds)
        fastestNanoseconds = reads == 0 ? nanoseconds : min(fastestNanoseconds, nanoseconds)
        reads += 1
        self.bytes += bytes
        readNanoseconds &+= nanoseconds
    }

    package mutating func end(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

    /// 0 where no time passed.
    package var megabytesPerSecond: Int {
        nanoseconds == 0 ? 0 : Int(Double(bytes) / 1_048_576 / (Double(nanoseconds) / 1e9))
    }
    package var millisecondsPerRead: UInt64 { reads == 0 ? 0 : readNanoseconds / UInt64(reads) / 1_000_000 }
}
