package import Platform

extension SpaceStatus {
    /// Share of the space below which a run warns.
    private static let scarcePercent = 5

    package var isScarce: Bool { availableBytes < totalBytes / 100 * Self.scarcePercent }
}
