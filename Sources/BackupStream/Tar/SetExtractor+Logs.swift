internal import Platform

extension ImageManifest {
    /// The members that stay when the logs of a log point take the place of a full's own.
    package var namesWithoutLogs: [String] {
        members.filter { $0.kind != .log && $0.kind != .checkpoint }.map(\.name)
    }
}

extension SetExtractor.Part {
    /// A full without its logs and what goes with them, for which those of a log point stand in.
    package init(withoutLogs reader: TarReader) throws(TarError) {
        self.init(reader, names: try Self.manifest(of: reader).namesWithoutLogs)
    }

    private static func manifest(of reader: TarReader) throws(TarError) -> ImageManifest {
        let path = reader.file.path
        guard let member = reader.members.last(where: { $0.name == ImageManifest.memberName }) else {
            throw .noMember(ImageManifest.memberName, path: path)
        }
        let limit = ImageManifest.maximumBytes
        guard member.length <= limit else {
            let error = FormatError.overLimit(
                field: "manifest", value: UInt64(member.length), limit: UInt64(limit))
            throw .format(error, path: path)
        }
        let bytes: [UInt8]
        do throws(SystemError) {
            bytes = try reader.file.bytes(at: member.offset, count: member.length)
        } catch { throw .system(error) }
        do throws(FormatError) { return try ImageManifest(parsing: bytes) } catch {
            throw .format(error, path: path)
        }
    }
}
