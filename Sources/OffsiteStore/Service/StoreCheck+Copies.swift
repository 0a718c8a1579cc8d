internal import Platform
internal import StoreFormat

extension StoreCheck {
    /// Of frames that lie in several packs, so many are compared where not all is read.
    private static let sampledCopies = 64

    /// Finds frames of which two packs have different contents.
    ///
    /// An agent takes no such pack into an index; a person with access to the disk can.
    mutating func compareCopies() throws(StoreError) {
        let isWhole = request.generation == nil && [.full, .part].contains(request.level)
        let frames = locations.copies.sorted { $0.key < $1.key }.prefix(isWhole ? .max : Self.sampledCopies)
        for (frame, copies) in frames {
            guard let chosen = locations[frame] else { continue }
            for copy in copies {
                try store.pulse?()
                guard try !repository.agree(copy, chosen) else { continue }
                let other = ObjectKey.pack(request.job, chosen.pack).path
                add(
                    .init(
                        object: ObjectKey.pack(request.job, copy.pack).path,
                        reason: "gives frame \(frame) another content than \(other)",
                        points: neededFrames[frame] ?? []))
            }
        }
    }
}
