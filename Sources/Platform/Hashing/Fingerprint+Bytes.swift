extension Span where Element == Fingerprint {
    /// Calls `body` with the fingerprints as they are stored, 16 bytes each.
    package func withBytes<R, E: Error>(_ body: (Span<UInt8>) throws(E) -> R) throws(E) -> R {
        #if _endian(little)
        // A fingerprint in memory is what it is in a file: low half, high half, little-endian.
        try unsafe withUnsafeBytes { (bytes) throws(E) -> R in
            try body(unsafe bytes.bindMemory(to: UInt8.self).span)
        }
        #else
        #error("fingerprints are stored as they lie in the memory of a little-endian host")
        #endif
    }
}

extension [Fingerprint] {
    /// Reads `count` fingerprints from `offset` of a file, or says how many bytes were there.
    package init(reading file: any OpenFile, at offset: Int, count: Int) throws(SystemError) {
        self.init(repeating: Fingerprint(low: 0, high: 0), count: count)
        var failure: SystemError?
        unsafe withUnsafeMutableBytes { bytes in
            var target = unsafe MutableSpan<UInt8>(
                _unsafeElements: unsafe bytes.bindMemory(to: UInt8.self))
            do throws(SystemError) {
                let got = try file.read(into: &target, at: offset)
                if got < target.count { failure = .endOfFile(file.path, at: offset + got) }
            } catch { failure = error }
        }
        if let failure { throw failure }
    }
}
