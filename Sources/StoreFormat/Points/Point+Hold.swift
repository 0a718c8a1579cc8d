internal import Platform

extension Point {
    /// Why a point is held, and which releases settle that (docs/format/point.md, `HELD`).
    package struct Hold: Equatable, Sendable {
        package enum Cause: UInt8, Sendable {
            /// The image is unlike those before it: what is built upon it is held with it.
            case unlike = 1
            /// Pages are older than they were: the next image is judged by its own pages.
            case olderPages = 2
        }

        package struct Reason: Equatable, Sendable {
            package let cause: Cause
            package let text: String

            package init(_ cause: Cause, _ text: String) {
                self.cause = cause
                self.text = text.truncated(toUTF8: Hold.maximumTextBytes)
            }
        }

        static let maximumReasons = 16
        static let maximumTextBytes = 1024
        static let maximumReferences = 64

        /// Of its own.
        package let reasons: [Reason]
        /// The held points that this one is built upon or continues, the newest first.
        package let follows: [Reference]

        /// Nil where there is neither; what is beyond the limits is left out.
        package init?(_ reasons: [Reason], follows: [Reference] = []) {
            guard !reasons.isEmpty || !follows.isEmpty else { return nil }
            self.reasons = Array(reasons.prefix(Self.maximumReasons))
            // The oldest is what began it.
            self.follows =
                follows.count <= Self.maximumReferences
                ? follows : follows.prefix(Self.maximumReferences - 1) + follows.suffix(1)
        }

        /// Whether what is built upon the point is held with it.
        package var holdsOthers: Bool { !follows.isEmpty || isUnlike }

        package var isUnlike: Bool { reasons.contains { $0.cause == .unlike } }

        /// What is told of it.
        package func sentences(_ kind: Kind) -> [String] {
            let cause = follows.first.map {
                kind == .logs
                    ? "the full that it continues, point \($0.generation), is held"
                    : "it is built upon point \($0.generation), which is held"
            }
            return [cause].compactMap(\.self) + reasons.map(\.text)
        }
    }
}

extension Point.Hold {
    var encoded: [UInt8] {
        var section = ByteWriter()
        section.varint(follows.count)
        for reference in follows {
            section.uint64(reference.generation)
            section.append(reference.digest)
        }
        section.varint(reasons.count)
        for reason in reasons {
            section.uint8(reason.cause.rawValue)
            section.string(reason.text)
        }
        return section.bytes
    }

    /// - Parameter generation: The point's own, which is newer than all that it names.
    init(parsing section: inout ByteReader, of generation: UInt64) throws(FormatError) {
        var follows: [Point.Reference] = []
        for _ in 0..<(try section.varint("held points", limit: Self.maximumReferences)) {
            let reference = Point.Reference(
                generation: try section.uint64(), digest: try section.digest())
            guard (1..<(follows.last?.generation ?? generation)).contains(reference.generation) else {
                throw .badField(field: "held point", offset: 0)
            }
            follows.append(reference)
        }
        var reasons: [Reason] = []
        for _ in 0..<(try section.varint("reasons", limit: Self.maximumReasons)) {
            guard let cause = Cause(rawValue: try section.uint8()) else {
                throw .badField(field: "cause", offset: 0)
            }
            reasons.append(Reason(cause, try section.string("reason", limit: Self.maximumTextBytes)))
        }
        try section.finish()
        guard !reasons.isEmpty || !follows.isEmpty else { throw .badField(field: "held", offset: 0) }
        self.reasons = reasons
        self.follows = follows
    }
}
