internal import BackupStream
internal import Image
internal import Platform
package import Restore
internal import StoreFormat

/// The files of a folder that are the members of a set.
package enum MemberFiles {
    /// - Parameter images: A full's; a log point's behind its full's, whose logs it takes the places of.
    /// - Throws: `TarError` for names that are not plain, or there twice; what reading an image throws.
    package static func targets(
        _ images: [ImageReader], in folder: String
    ) throws -> [InPlaceRestore.Target] {
        var targets: [InPlaceRestore.Target] = []
        var seen: Set<String> = []
        for image in images {
            let isContinued = images.count > 1 && image.point.kind == .full
            let wanted = isContinued ? try membersWithoutLogs(of: image) : nil
            var parts: [(range: Range<Int>, path: String)] = []
            for extent in image.point.layout.extents where extent.key.kind == .data {
                let name = extent.key.name
                if let wanted, !wanted.contains(name) { continue }
                guard SetExtractor.isPlain(name) else {
                    throw TarError.unsafeName(name, path: image.point.id)
                }
                guard seen.insert(name).inserted else { throw TarError.duplicate(name, path: image.point.id) }
                parts.append((extent.offset..<extent.end, folder + "/" + name))
            }
            targets.append(InPlaceRestore.Target(image, parts))
        }
        return targets
    }

    /// The members of a full that stay when the logs of a log point take the place of its own.
    private static func membersWithoutLogs(of image: ImageReader) throws -> Set<String> {
        let point = image.point
        guard let extent = point.layout.extents.last(where: { $0.key.name == ImageManifest.memberName }),
            extent.length <= ImageManifest.maximumBytes
        else { throw TarError.noMember(ImageManifest.memberName, path: point.id) }
        let bytes = try image.bytes(extent.offset..<extent.end)
        do throws(FormatError) {
            return Set(try ImageManifest(parsing: bytes).namesWithoutLogs)
        } catch { throw TarError.format(error, path: point.id) }
    }
}

extension ImageReader {
    /// Whether the image is a tar of several files.
    package var isSet: Bool { point.layout.extents.contains { $0.key.kind == .structure } }
}
