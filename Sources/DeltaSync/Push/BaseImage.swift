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
