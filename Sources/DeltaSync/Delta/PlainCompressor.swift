internal import Platform

/// The ways of one level to compress what has no base.
struct PlainCompressor: ~Copyable {
    /// zstd level, 1...19.
    let level: Int
    private var thorough: Compressor
    /// Nil for a level that has no quick way.
    private var quick: Compressor?

    init(_ level: Int) throws(CompressionError) {
        let thorough = try Compressor(level: level)
        let quick = try Compressor.quick(insteadOf: level)
        self.level = level
        self.thorough = thorough
        self.quick = quick
    }

    /// Of two ways that are tried, the smaller result.
    mutating func compress(
        _ bytes: Span<UInt8>, _ manner: PlainChoice.Manner
    ) throws(CompressionError) -> ([UInt8], RecordEncoder.Sizes?) {
        let quickly = manner == .thorough ? nil : try quick?.compress(bytes)
        if manner == .quick, let quickly { return (quickly, nil) }
        let thoroughly = try thorough.compress(bytes)
        guard let quickly else { return (thoroughly, nil) }
        let isQuickSmaller = quickly.count < thoroughly.count
        return (isQuickSmaller ? quickly : thoroughly, (thoroughly.count, quickly.count))
    }
}
