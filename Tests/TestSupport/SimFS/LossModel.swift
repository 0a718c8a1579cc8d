/// What a power cut takes of all that was not synced.
package enum LossModel: String, CaseIterable, Sendable {
    /// Everything.
    case everything
    /// What was done last: the disk kept the order.
    case suffix
    /// Any changes of folders, and any pages of 4 KiB of files.
    case subset
    /// Any changes of folders, and all content: names reach the disk before what they name.
    case contents
}

extension SimDisk {
    /// The disk after a power cut.
    ///
    /// - Parameter seed: Decides what survives where the model leaves that open.
    package func crashed(_ model: LossModel, seed: UInt64) -> SimDisk {
        var generator = SeededGenerator(seed: seed)
        switch model {
        case .everything: return crashed(file: { _ in false }, name: { _ in false })
        case .suffix:
            let numbers = unsyncedNumbers
            let last = Int.random(in: 0...numbers.count, using: &generator)
            let cut = last == numbers.count ? .max : numbers[last]
            return crashed(file: { $0 < cut }, name: { $0 < cut })
        case .subset, .contents:
            // Rarely, often or nearly always: each loses what the others keep.
            let percent = [15, 50, 85][Int(generator.next() % 3)]
            let keepsPages = model == .subset
            var random = generator
            return crashed(
                file: { _ in keepsPages && Int(random.next() % 100) < percent },
                name: { _ in Int(random.next() % 100) < percent })
        }
    }
}
