internal import ESE
package import Image
package import Platform

/// One image, with all that is known of it.
package struct SearchedImage {
    package let file: any OpenFile
    package let signature: Image.Signature
    package let manifest: ImageManifest

    package init(file: any OpenFile, signature: Image.Signature, manifest: ImageManifest) {
        self.file = file
        self.signature = signature
        self.manifest = manifest
    }

    /// A database of the image; nil when manifest and layout do not agree on it.
    func member(_ facts: ImageManifest.Database) -> DatabaseMember? {
        let extents = signature.layout.extents
        guard let size = PageSize(rawValue: facts.pageSize),
            let index = extents.firstIndex(where: { $0.key == Extent.Key(.data, facts.name) }),
            extents[index].blockSize == size.bytes
        else { return nil }
        return DatabaseMember(
            image: self, number: index, extent: extents[index],
            firstBlock: signature.layout.firstBlocks[index], size: size)
    }
}

/// The pages of one database in an image: its blocks are the file's slots.
struct DatabaseMember {
    let image: SearchedImage
    /// Of its extent in the image.
    let number: Int
    let extent: Extent
    /// Number of the extent's first block in the image.
    let firstBlock: Int
    let size: PageSize

    /// Whole slots after the two headers.
    var pageCount: Int { max(0, extent.length / size.bytes - 2) }

    /// Returns the content of a page according to the signature.
    func content(of page: Int) throws(BackupError) -> BlockContent {
        do throws(ImageError) {
            return try image.signature.content(ofBlock: firstBlock + page + 1)
        } catch { throw .spool(error) }
    }

    func head(of page: Int) throws(BackupError) -> PageHead {
        let bytes = try bytes(at: extent.offset + (page + 1) * size.bytes, count: PageHead.byteCount)
        return PageHead(bytes.span)
    }

    /// The header in its first slot; nil where that is not intact.
    func header() throws(BackupError) -> DatabaseHeader? {
        guard extent.length >= size.bytes else { return nil }
        let page = try bytes(at: extent.offset, count: size.bytes)
        guard PageChecksum.isHeaderSumRight(page.span) else { return nil }
        return try? DatabaseHeader(parsing: page.span)
    }

    /// Nil after the last whole slot.
    func page(_ number: Int) throws(BackupError) -> [UInt8]? {
        guard (1...max(1, pageCount)).contains(number), pageCount > 0 else { return nil }
        return try bytes(at: extent.offset + (number + 1) * size.bytes, count: size.bytes)
    }

    private func bytes(at offset: Int, count: Int) throws(BackupError) -> [UInt8] {
        do throws(SystemError) { return try image.file.bytes(at: offset, count: count) } catch {
            throw .spool(error)
        }
    }
}
