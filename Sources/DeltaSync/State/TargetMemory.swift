package import Platform
package import Restore
package import StoreFormat

/// The newest point seen at a target: detects another store under its name, or an older copy of it.
///
/// Layout: 16 bytes store id, 8 bytes generation, 32 bytes point digest, the full's base, that of its log
/// points if there is one, 32 bytes SHA-256 of all these. A base is 32 bytes image digest, varint segments,
/// 32 bytes each.
package struct TargetMemory: Equatable, Sendable {
    /// A point that the next one of its kind is built upon.
    package struct Base: Equatable, Sendable {
        package let image: Digest256
        /// Its map, of which this host keeps a copy.
        package let segments: [Digest256]

        package init(image: Digest256, segments: [Digest256]) {
            self.image = image
            self.segments = segments
        }

        init(_ point: Point) {
            self.init(image: point.imageDigest, segments: point.segments.map(\.name))
        }
    }

    package let store: Identifier
    package let generation: UInt64
    package let digest: Digest256
    package let full: Base
    /// The newest log point of that full; nil when it has none yet.
    package let logs: Base?

    /// All bases, the full's first.
    package var bases: [Base] { [full] + [logs].compactMap { $0 } }

    package init(
        store: Identifier, generation: UInt64, digest: Digest256, full: Base, logs: Base? = nil
    ) {
        self.store = store
        self.generation = generation
        self.digest = digest
        self.full = full
        self.logs = logs
    }

    package var encoded: [UInt8] {
        var writer = ByteWriter()
        writer.append(store)
        writer.uint64(generation)
        writer.append(digest)
        for base in bases {
            writer.append(base.image)
            writer.varint(base.segments.count)
            for segment in base.segments { writer.append(segment) }
        }
        writer.append(SHA256Hasher.hash(writer.bytes.span))
        return writer.bytes
    }

    package init(parsing bytes: [UInt8]) throws(FormatError) {
        var reader = ByteReader(bytes)
        store = try reader.identifier()
        generation = try reader.uint64()
        digest = try reader.digest()
        full = try Self.base(&reader)
        logs = bytes.count - reader.offset > Digest256.byteCount ? try Self.base(&reader) : nil
        let end = reader.offset
        guard try reader.digest() == SHA256Hasher.hash(bytes.span.extracting(0..<end)) else {
            throw .digestMismatch(of: "target memory")
        }
        try reader.finish()
    }

    private static func base(_ reader: inout ByteReader) throws(FormatError) -> Base {
        let image = try reader.digest()
        var segments: [Digest256] = []
        for _ in 0..<(try reader.varint("segments", limit: Point.maximumSegments)) {
            segments.append(try reader.digest())
        }
        return Base(image: image, segments: segments)
    }

    /// The point that is remembered.
    package var reference: Point.Reference { Point.Reference(generation: generation, digest: digest) }

    /// Refuses a store that is not the remembered one, or has lost points.
    ///
    /// A point that is not there while newer ones are was forgotten: the newest never is.
    /// - Parameters:
    ///   - generations: Those the store has, rising.
    ///   - digest: Of one of them; nil for one that is damaged, which is no other store.
    package func check(
        _ found: Identifier, target: Name, among generations: [UInt64],
        digest: (UInt64) throws(SyncError) -> Digest256?
    ) throws(SyncError) {
        let hint = Self.hint(target)
        guard found == store else {
            throw .wrongStore(
                "target \(target) is another store than the one this job was shipped to", hint: hint)
        }
        guard generations.contains(generation) else {
            guard generations.last ?? 0 < generation else { return }
            throw .wrongStore(
                "target \(target) has lost point \(generation): an older copy of the store?", hint: hint)
        }
        if let there = try digest(generation), there != self.digest {
            throw .wrongStore(
                "point \(generation) of target \(target) is not the one that was committed", hint: hint)
        }
    }

    static func hint(_ target: Name) -> String {
        "if that is meant, make it known with: hybridrep init \(target)"
    }
}
