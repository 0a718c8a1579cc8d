internal import Synchronization

/// Counts the records that a restore decodes, over all of its threads.
///
/// A restore should decode each record that it needs once; tests and benchmarks hold it to that.
package final class DecodeCount: Sendable {
    private let count = Atomic(0)

    package init() {}

    package var value: Int { count.load(ordering: .relaxed) }

    func add() { count.wrappingAdd(1, ordering: .relaxed) }
}
