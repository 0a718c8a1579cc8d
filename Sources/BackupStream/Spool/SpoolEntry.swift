package import Image
package import Platform

/// One image of a spool: its signature, its manifest, and the image itself unless that lies elsewhere.
package struct SpoolEntry: Equatable, Sendable {
    package enum ImageKind: String, CaseIterable, Sendable {
        case tar
        case raw = "img"
    }

    package let name: SpoolName
    package let folder: String
    /// Nil when the spool has only the signature: an image that was read in place.
    package let imageKind: ImageKind?

    package init(name: SpoolName, folder: String, imageKind: ImageKind?) {
        self.name = name
        self.folder = folder
        self.imageKind = imageKind
    }

    package var imagePath: String? { imageKind.map { path($0.rawValue) } }
    package var signaturePath: String { path("sig") }
    package var manifestPath: String { path("json") }

    func path(_ ending: String) -> String { "\(folder)/\(name).\(ending)" }

    package func manifest(in files: any FileSystem) throws(ImageError) -> ImageManifest {
        let bytes: [UInt8]
        do throws(SystemError) {
            bytes = try files.contents(manifestPath, limit: ImageManifest.maximumBytes)
        } catch { throw .system(error) }
        do throws(FormatError) { return try ImageManifest(parsing: bytes) } catch {
            throw .format(error, path: manifestPath)
        }
    }
}
