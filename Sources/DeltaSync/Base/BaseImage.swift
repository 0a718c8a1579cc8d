package import Image
package import Platform

/// The image that a delta is made against: the last one shipped of its kind.
package struct BaseImage {
    package let signature: Signature
    /// Its bytes; nil when this host no longer has them, which makes changed blocks plain.
    package let file: (any OpenFile)?

    package init(signature: Signature, file: (any OpenFile)?) {
        self.signature = signature
        self.file = file
    }

    /// The bytes of a range; nil when the file does not have, or no longer, what its signature says.
    func bytes(of range: Range<Int>, _ fingerprinter: Fingerprinter) -> [UInt8]? {
        guard let file, !range.isEmpty, let first = signature.layout.block(at: range.lowerBound),
            let last = signature.layout.block(at: range.upperBound - 1),
            let whole = try? file.bytes(
                at: first.range.lowerBound, count: last.range.upperBound - first.range.lowerBound)
        else { return nil }
        for number in first.number...last.number {
            guard let block = number == first.number ? first : signature.layout.block(number: number),
                let content = try? signature.content(ofBlock: number),
                content.isContent(
                    of: whole.span.extracting(
                        block.range.lowerBound - first.range.lowerBound..<block.range.upperBound
                            - first.range.lowerBound), fingerprinter)
            else { return nil }
        }
        let start = range.lowerBound - first.range.lowerBound
        return start == 0 && whole.count == range.count ? whole : Array(whole[start..<start + range.count])
    }
}

/// Where this host keeps images.
package protocol BaseImages {
    /// The image with this digest; nil when it is not kept.
    func base(_ digest: Digest256) -> BaseImage?
}

/// An image that is to become a point.
package struct ShippedImage {
    package let file: any OpenFile
    package let signature: Signature

    package init(file: any OpenFile, signature: Signature) {
        self.file = file
        self.signature = signature
    }
}
