/// A parser to be fed with any bytes at all.
///
/// It fails by trapping, by taking longer than its input deserves, or by memory that the input only claims.
package struct FuzzTarget: Sendable {
    package let name: String
    /// Sound inputs, made by the program's own writers.
    package let seeds: @Sendable () throws -> [[UInt8]]
    package let run: @Sendable ([UInt8]) -> Void

    init(
        _ name: String, seeds: @escaping @Sendable () throws -> [[UInt8]] = { [] },
        run: @escaping @Sendable ([UInt8]) -> Void
    ) {
        self.name = name
        self.seeds = seeds
        self.run = run
    }

    package static let all: [FuzzTarget] =
        ese + logs + streams + objects + journals + packs + maps + restores + wires + texts + rates
        + consumers

    package static func named(_ name: String) -> FuzzTarget? { all.first { $0.name == name } }
}
