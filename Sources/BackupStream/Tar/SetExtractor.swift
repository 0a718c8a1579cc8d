package import Platform

/// Unpacks the members of one or more tar images into a folder.
///
/// Only plain file names are accepted. Members are written under temporary names and made durable; only when
/// all are there do they get their own. Nothing is replaced without `force`.
package struct SetExtractor {
    private static let pieceBytes = 256 << 10
    /// Room for the ending of a temporary name.
    private static let longestEnding = 40

    /// An image, and which of its members are wanted.
    package struct Part {
        package let reader: TarReader
        /// Nil for all files of the image.
        package let names: [String]?

        package init(_ reader: TarReader, names: [String]? = nil) {
            self.reader = reader
            self.names = names
        }
    }

    private let parts: [Part]
    private let files: any FileSystem
    private let temporarySuffix: String

    /// - Parameter tag: Tells these temporary files from those of another unpacking; at most 16 characters.
    package init(_ parts: [Part], in files: any FileSystem, tag: String = "0") {
        self.parts = parts
        self.files = files
        temporarySuffix = ".\(tag.prefix(16)).hybridrep-partial"
    }

    /// Unpacks into `folder`, which is made when it is not there (its parent must be).
    ///
    /// - Returns: What was unpacked, in the order of the images.
    @discardableResult package func extract(
        into folder: String, force: Bool = false,
        progress: (_ doneBytes: Int, _ totalBytes: Int) -> Void = { _, _ in }
    ) throws(TarError) -> [TarReader.Member] {
        let wanted = try choose()
        if !force {
            for (name, _, _) in wanted {
                let path = folder + "/" + name
                if try system({ () throws(SystemError) in try files.status(path) }) != nil {
                    throw .exists(path)
                }
            }
        }
        try system { () throws(SystemError) in _ = try files.makeFolder(folder) }
        var temporaries: [String] = []
        do throws(TarError) {
            let total = wanted.reduce(0) { $0 + $1.member.length }
            var done = 0
            for (name, member, file) in wanted {
                temporaries.append(folder + "/" + name + temporarySuffix)
                try write(member, of: file, to: folder + "/" + name + temporarySuffix) { more in
                    done += more
                    progress(done, total)
                }
            }
            for (name, _, _) in wanted { try publish(folder + "/" + name, force: force) }
            try system { () throws(SystemError) in try files.syncFolder(folder) }
        } catch {
            // What cannot be removed is left under a name that says so; the first error is the one to tell.
            for path in temporaries { try? files.remove(path) }
            throw error
        }
        return wanted.map(\.member)
    }

    /// The members to unpack under their checked names.
    private func choose() throws(TarError) -> [(name: String, member: TarReader.Member, file: any OpenFile)] {
        var chosen: [(name: String, member: TarReader.Member, file: any OpenFile)] = []
        var seen: Set<String> = []
        for part in parts { try choose(from: part, &chosen, &seen) }
        return chosen
    }

    private func choose(
        from part: Part, _ chosen: inout [(name: String, member: TarReader.Member, file: any OpenFile)],
        _ seen: inout Set<String>
    ) throws(TarError) {
        let path = part.reader.file.path
        for member in part.reader.members {
            let name = member.name.hasPrefix("./") ? String(member.name.dropFirst(2)) : member.name
            // The folder itself, as `tar c .` records it.
            if !member.isFile && (name.isEmpty || name == ".") { continue }
            if let names = part.names, !names.contains(name) { continue }
            guard member.isFile, Self.isPlain(name) else {
                throw .unsafeName(member.name, path: path)
            }
            guard seen.insert(name).inserted else { throw .duplicate(name, path: path) }
            chosen.append((name, member, part.reader.file))
        }
        if let missing = part.names?.first(where: { !seen.contains($0) }) {
            throw .noMember(missing, path: path)
        }
    }

    /// A name that is one component of a path and nothing else.
    package static func isPlain(_ name: String) -> Bool { fault(inName: name) == nil }

    /// Why a name is not that of a member; nil when it can be.
    static func fault(inName name: String) -> String? {
        let units = name.utf8
        let most = 255 - longestEnding
        if units.isEmpty || name == "." || name == ".." || units.contains(0x2F) {
            return "it is no file name"
        }
        if units.count > most { return "its name has \(units.count) bytes, a member's has \(most) at most" }
        if units.contains(where: { $0 < 0x20 || $0 == 0x7F }) { return "its name has control characters" }
        return nil
    }

    private func write(
        _ member: TarReader.Member, of image: any OpenFile, to path: String, _ wrote: (Int) -> Void
    ) throws(TarError) {
        do throws(SystemError) {
            let target = try files.open(path, .create)
            var buffer = [UInt8](repeating: 0, count: min(Self.pieceBytes, max(1, member.length)))
            var done = 0
            while done < member.length {
                // What is a hole in the image stays one.
                let data = try image.data(from: member.offset + done)
                let start = min(max(done, (data?.lowerBound ?? .max) - member.offset), member.length)
                let count = min(buffer.count, member.length - start)
                let got = try image.read(count, into: &buffer, at: member.offset + start)
                guard got == count else {
                    throw SystemError.endOfFile(image.path, at: member.offset + start + got)
                }
                try target.write(buffer.span.extracting(0..<count), at: start)
                wrote(start + count - done)
                done = start + count
            }
            try target.truncate(to: member.length)
            try target.sync()
        } catch { throw .system(error) }
    }

    private func publish(_ path: String, force: Bool) throws(TarError) {
        do throws(SystemError) {
            if force {
                try files.rename(path + temporarySuffix, to: path)
                return
            }
            if try files.renameNoReplace(path + temporarySuffix, to: path) { return }
        } catch { throw .system(error) }
        throw .exists(path)
    }

    private func system<Value>(_ body: () throws(SystemError) -> Value) throws(TarError) -> Value {
        do throws(SystemError) { return try body() } catch { throw .system(error) }
    }
}

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
