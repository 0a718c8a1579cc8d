internal import ArgumentParser
internal import DeltaSync
internal import Image
internal import Platform
internal import Restore
internal import TestSupport

/// Measures how fast an image is compared with its base: signatures, and the search for what has moved; nothing is compressed.
@main struct PlanBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan-bench", abstract: "Compare two files as a push would, and say what that took.")

    @Argument(help: "The version before.") var old: String
    @Argument(help: "The version after.") var new: String
    @Option(help: "Comparisons; the fastest counts.") var tries = 3

    func run() throws {
        let folder = try TemporaryFolder()
        let fingerprinter = Fingerprinter(secret: [UInt8](repeating: 7, count: Fingerprinter.secretBytes))
        let base = try image(old, folder.path + "/old", fingerprinter)
        let image = try image(new, folder.path + "/new", fingerprinter)
        let clock = SystemClock()
        var best = UInt64.max
        var bytes = (unchanged: 0, moved: 0, changed: 0)
        for _ in 0..<tries {
            bytes = (0, 0, 0)
            let start = clock.monotonicNanoseconds
            let plan = DeltaPlan(
                from: BaseImage(signature: base.signature, file: base.file), to: image, fingerprinter)
            try plan.forEachStep { (step) throws(SyncError) in
                switch step {
                case .unchanged(let range): bytes.unchanged += range.count
                case .moved(let range, _, _): bytes.moved += range.count
                case .changed(let range, _, _, _): bytes.changed += range.count
                case .zero, .adopted: break
                }
            }
            best = min(best, clock.monotonicNanoseconds - start)
        }
        let length = image.signature.layout.length
        print("\(length) bytes: \(bytes.unchanged) unchanged, \(bytes.moved) moved, \(bytes.changed) changed")
        print("compared in \(best / 1_000_000) ms, \(length / max(1, Int(best / 1000))) MB/s")
    }

    private func image(
        _ path: String, _ signature: String, _ fingerprinter: Fingerprinter
    ) throws -> ShippedImage {
        let files = HostFileSystem()
        let file = try files.open(path, .read)
        let length = try file.status().length
        let writer = try SignatureWriter(creating: signature, job: .zero, in: files)
        var scanner = BlockScanner(fingerprinter, into: writer)
        try scanner.beginExtent(.init(.data, ""), blockSize: Extent.defaultBlockSize)
        var offset = 0
        while offset < length {
            let piece = try file.bytes(at: offset, count: min(1 << 20, length - offset))
            try scanner.append(piece.span)
            offset += piece.count
        }
        let made = try scanner.finish()
        return ShippedImage(file: file, signature: made)
    }
}
