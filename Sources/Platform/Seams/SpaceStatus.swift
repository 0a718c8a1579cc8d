/// How much room a file system has.
package struct SpaceStatus: Equatable, Sendable {
    private static let mostReservedBytes = 64 << 20
    /// Share of the file system below which small ones are taken for full.
    private static let reservedPercent = 1

    /// Bytes an unprivileged process may still write.
    package let availableBytes: Int
    package let totalBytes: Int
    /// Whether this is what may be taken, not what the disk holds.
    package let isQuota: Bool

    package init(availableBytes: Int, totalBytes: Int, isQuota: Bool = false) {
        self.availableBytes = availableBytes
        self.totalBytes = totalBytes
        self.isQuota = isQuota
    }

    /// What a writer leaves free, so that whoever reads there, and whoever makes room, has some.
    package var reservedBytes: Int {
        min(Self.mostReservedBytes, totalBytes / 100 * Self.reservedPercent)
    }

    /// Whether so many bytes fit; a file system that does not tell its size is tried.
    package func holds(_ byteCount: Int) -> Bool { totalBytes == 0 || byteCount <= availableBytes }
}
