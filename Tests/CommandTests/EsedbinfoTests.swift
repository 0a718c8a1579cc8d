import Foundation
import Platform
import TestSupport
import Testing

/// `hybridrep ese header` against libesedb's reader, on real databases.
@Suite struct EsedbinfoTests {
    private static let samples = PackageRoot.shared("samples")
    private static let isInstalled = (try? Command.run(["sh", "-c", "command -v esedbinfo"]))?.status == 0

    @Test(
        "esedbinfo reads the same format and page size from every database it can open",
        .enabled(if: EsedbinfoTests.samples != nil, "no ../shared/samples beside the package"),
        .enabled(if: EsedbinfoTests.isInstalled, "no esedbinfo here"))
    func sameHeader() throws {
        let folder = try TemporaryFolder()
        let samples = try #require(Self.samples)
        var compared = 0
        for name in try HostFileSystem().list(samples) where name.hasSuffix(".gz") {
            let database = folder.path + "/" + name.dropLast(3)
            _ = try Command.run(["sh", "-c", "gzip -dc '\(samples)/\(name)' > '\(database)'"])
            let theirs = try Command.run(["esedbinfo", database])
            // It sums too few header bytes, and so refuses newer files.
            guard theirs.status == 0, let format = Self.value("Current format:", theirs.outputText) else {
                continue
            }
            let ours = try Command.run([try Command.built("hybridrep"), "ese", "header", database])
            let version = try #require(Self.value("Format ulVersion:", ours.outputText))
            let pageSize = try #require(Self.value("cbDbPage:", ours.outputText))
            #expect(version.hasPrefix(format), "\(name)")
            #expect(Self.value("Page size:", theirs.outputText) == "\(pageSize) bytes", "\(name)")
            compared += 1
        }
        #expect(compared >= 3)
    }

    private static func value(_ label: String, _ text: String) -> String? {
        for line in text.split(separator: "\n") {
            guard let range = line.range(of: label) else { continue }
            return line[range.upperBound...].trimmingCharacters(in: .whitespaces)
        }
        return nil
    }
}
