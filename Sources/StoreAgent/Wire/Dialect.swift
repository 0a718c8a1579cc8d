internal import Platform

/// What one program can speak: protocol versions, object format, features.
package struct Dialect: Equatable, Sendable {
    package static let maximumVersionBytes = 64
    package static let maximumRunBytes = 128

    /// Oldest and newest version of the protocol.
    ///
    /// There is one version. Later capabilities are feature bits.
    package var oldestProtocol: UInt16 = 1
    package var newestProtocol: UInt16 = 1
    /// The object format (``ObjectHeader/version``) it writes, and the newest it reads.
    package var storeFormat = UInt16(ObjectHeader.version)
    /// Bits of features that the other end must know.
    package var neededFeatures: UInt64 = 0
    /// Bits of all features it knows.
    package var knownFeatures: UInt64 = 0
    /// The program's version, for people.
    package var toolVersion: String

    package init(toolVersion: String) { self.toolVersion = toolVersion }

    /// Why `self`, the agent's, cannot serve `client`; nil when it can.
    ///
    /// Two ranges of protocol versions must overlap, an agent must know the format that is going to be
    /// written, and each end must know what the other needs (docs/format/protocol.md, section 3).
    func obstacle(to client: Self) -> String? {
        let versions =
            "the client is hybridrep \(PrintableText.of(client.toolVersion)), "
            + "the far end hybridrep \(PrintableText.of(toolVersion))"
        if client.oldestProtocol > newestProtocol || oldestProtocol > client.newestProtocol {
            return "\(versions): the client speaks protocol \(client.protocols), the far end \(protocols)"
        }
        if client.storeFormat > storeFormat {
            return
                "\(versions): the client writes store format \(client.storeFormat), the far end knows \(storeFormat)"
        }
        let unknown = client.neededFeatures & ~knownFeatures
        if unknown != 0 {
            return
                "\(versions): the client needs feature \(Self.bits(unknown)), which the far end does not know"
        }
        let missing = neededFeatures & ~client.knownFeatures
        if missing != 0 {
            return
                "\(versions): the far end needs feature \(Self.bits(missing)), which the client does not know"
        }
        return nil
    }

    private var protocols: String {
        oldestProtocol == newestProtocol ? "\(newestProtocol)" : "\(oldestProtocol) to \(newestProtocol)"
    }

    private static func bits(_ features: UInt64) -> String {
        (0..<64).filter { features >> UInt64($0) & 1 == 1 }.map(String.init).joined(separator: ", ")
    }

    private func encode(into writer: inout ByteWriter) {
        writer.uint16(oldestProtocol)
        writer.uint16(newestProtocol)
        writer.uint16(storeFormat)
        writer.uint16(0)
        writer.uint64(neededFeatures)
        writer.uint64(knownFeatures)
        writer.string(toolVersion.truncated(toUTF8: Self.maximumVersionBytes))
    }

    private init(parsing reader: inout ByteReader) throws(FormatError) {
        oldestProtocol = try reader.uint16()
        newestProtocol = try reader.uint16()
        guard oldestProtocol <= newestProtocol else { throw .badField(field: "protocol versions", offset: 0) }
        storeFormat = try reader.uint16()
        try reader.skip(2)
        neededFeatures = try reader.uint64()
        knownFeatures = try reader.uint64()
        toolVersion = try reader.string("tool version", limit: Self.maximumVersionBytes)
    }

    /// The client's first message: its dialect, and the id of its run for the agent's log.
    ///
    /// Fields that a later version appends are skipped: this message must be readable for ever.
    struct Hello: Equatable {
        let dialect: Dialect
        let runID: String

        init(dialect: Dialect, runID: String) {
            self.dialect = dialect
            self.runID = runID.truncated(toUTF8: Dialect.maximumRunBytes)
        }

        init(parsing bytes: [UInt8]) throws(FormatError) {
            var reader = ByteReader(bytes)
            dialect = try Dialect(parsing: &reader)
            runID = try reader.string("run id", limit: Dialect.maximumRunBytes)
        }

        var encoded: [UInt8] {
            var writer = ByteWriter()
            dialect.encode(into: &writer)
            writer.string(runID)
            return writer.bytes
        }
    }

    /// The agent's answer to it: its own dialect, the protocol version of this session, and its time of day.
    struct Welcome: Equatable {
        let dialect: Dialect
        let chosenProtocol: UInt16
        let time: Timestamp

        init(dialect: Dialect, client: Dialect, time: Timestamp) {
            self.dialect = dialect
            self.time = time
            chosenProtocol = min(dialect.newestProtocol, client.newestProtocol)
        }

        init(parsing bytes: [UInt8]) throws(FormatError) {
            var reader = ByteReader(bytes)
            dialect = try Dialect(parsing: &reader)
            chosenProtocol = try reader.uint16()
            time = Timestamp(nanoseconds: Int64(bitPattern: try reader.uint64()))
        }

        var encoded: [UInt8] {
            var writer = ByteWriter()
            dialect.encode(into: &writer)
            writer.uint16(chosenProtocol)
            writer.uint64(UInt64(bitPattern: time.nanoseconds))
            return writer.bytes
        }
    }
}
