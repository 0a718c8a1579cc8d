internal import Platform
internal import Synchronization

/// "Random" bytes that a seed decides, so that two runs of the same steps make the same store.
package final class SeededEntropy: Entropy {
    private let generator: Mutex<SeededGenerator>
    package init(seed: UInt64) { generator = Mutex(SeededGenerator(seed: seed)) }

    package func bytes(_ count: Int) -> [UInt8] { generator.withLock { $0.bytes(count) } }
}
