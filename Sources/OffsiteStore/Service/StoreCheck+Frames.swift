internal import Platform
internal import StoreFormat

extension StoreCheck {
    /// Proves a pack by the digest of its footer and the check values of the frames that this names.
    ///
    /// Finds what a disk does to a pack as surely as its SHA-256 does, at a tenth of the cost; not what somebody does
    /// who can compute check values.
    ///
    /// - Throws: `corrupt` when it is damaged.
    func proveFrames(of pack: ListedObject) throws(StoreError) {
        try store.pulse?()
        let key = pack.key
        func format(_ error: FormatError) -> StoreError { StoreError("read", key.path, error) }
        let footer = try PackTail.footer(length: pack.length, job: repository.job.id, format: format) {
            (offset, count) throws(StoreError) in try store.read(key, at: offset, count: count)
        }
        for entry in footer.entries { try prove(entry, in: key) }
    }

    /// Proves a few of the frames that are needed by their check values, others with every seed.
    mutating func proveSample() throws(StoreError) {
        let sample = sample(of: neededFrames.keys)
        report.objectsToHash = sample.count
        for frame in sample {
            // A frame that no pack holds was reported before.
            guard let location = locations[frame] else { continue }
            let key = ObjectKey.pack(request.job, location.pack)
            do throws(StoreError) {
                try prove(location.entry, in: key)
                report.hashedObjects += 1
                report.hashedBytes += location.entry.length
            } catch {
                guard error.isDamage else { throw error }
                add(.init(object: key.path, reason: error.detail, points: neededFrames[frame] ?? []))
            }
        }
    }

    private func prove(_ entry: PackFooter.Entry, in key: ObjectKey) throws(StoreError) {
        let bytes = try store.read(key, at: entry.offset, count: entry.length)
        do throws(FormatError) { try Frame.prove(bytes, entry.frame) } catch {
            throw StoreError("read", key.path, error)
        }
    }

    /// Those that come first in a pseudo-random order that the request's seed decides.
    private func sample(of frames: some Sequence<FrameID>) -> [FrameID] {
        var sampled: [(rank: UInt64, frame: FrameID)] = []
        for frame in frames {
            var text = ByteWriter(capacity: 8 + FrameID.byteCount)
            text.uint64(request.seed)
            frame.encode(into: &text)
            let rank = CheckValue.of(text.bytes.span)
            if sampled.count == CheckRequest.sampledFrames {
                guard let last = sampled.last, rank < last.rank else { continue }
                sampled.removeLast()
            }
            let place = sampled.firstIndex { rank < $0.rank } ?? sampled.count
            sampled.insert((rank, frame), at: place)
        }
        return sampled.map(\.frame)
    }
}

extension Frame {
    /// Checks a frame's check value and id, and nothing else of it.
    static func prove(_ bytes: [UInt8], _ expected: FrameID) throws(FormatError) {
        var reader = ByteReader(bytes)
        guard try FrameID(parsing: &reader) == expected else { throw .badField(field: "frame id", offset: 0) }
        try reader.skip(checkedHeadBytes - FrameID.byteCount)
        let stored = try reader.uint64()
        let found = check(
            head: bytes.span.extracting(0..<checkedHeadBytes),
            body: bytes.span.extracting(headerBytes..<bytes.count))
        guard found == stored else { throw .digestMismatch(of: "frame \(expected)") }
    }
}
