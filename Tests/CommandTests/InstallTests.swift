import Foundation
import TestSupport
import Testing

/// What `make install` puts below a prefix.
@Suite struct InstallTests {
    @Test func programManualCompletionsAndReaderAreThere() throws {
        let built = URL(fileURLWithPath: try Command.built("hybridrep")).deletingLastPathComponent().path
        guard FileManager.default.isExecutableFile(atPath: built + "/generate-manual") else { return }
        let scratch = try Scratch()
        let result = try Command.run(
            [PackageRoot.path + "/script/install", "/usr", built],
            environment: ["DESTDIR": scratch.folder, "PATH": "/usr/bin:/bin"])
        #expect(result.status == 0, "\(result.errorText)")
        let usr = scratch.folder + "/usr"
        for file in [
            "bin/hybridrep", "share/man/man1/hybridrep.1", "share/man/man1/hybridrep.ese.pages.1",
            "share/man/man5/hybridrep.yaml.5",
            "share/bash-completion/completions/hybridrep", "share/zsh/site-functions/_hybridrep",
            "share/fish/vendor_completions.d/hybridrep.fish", "share/hybridrep/hybridrep_reader.py",
            "share/doc/hybridrep/format/store.md",
        ] {
            #expect(FileManager.default.fileExists(atPath: "\(usr)/\(file)"), "\(file)")
        }
        let page = try String(contentsOfFile: usr + "/share/man/man1/hybridrep.restore.1", encoding: .utf8)
        #expect(page.contains("hybridrep restore mdb01 --to /restore/mdb01"))
        let program = try String(contentsOfFile: usr + "/share/man/man1/hybridrep.1", encoding: .utf8)
        for section in ["EXIT STATUS", "ENVIRONMENT", "FILES"] {
            #expect(program.components(separatedBy: "\n.Sh \(section)\n").count == 2, "\(section)")
        }
        try expectNoWarnings(usr + "/share/man")
    }

    /// Every page below a folder is one that groff formats without a warning.
    private func expectNoWarnings(_ folder: String) throws {
        guard (try? Command.run(["sh", "-c", "command -v man && command -v groff"]))?.status == 0 else {
            return
        }
        let walk = try #require(FileManager.default.enumerator(atPath: folder))
        for case let path as String in walk where path.hasSuffix(".1") || path.hasSuffix(".5") {
            let result = try Command.run(
                ["man", "--warnings", "-l", folder + "/" + path],
                environment: [
                    "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "MANPAGER": "cat", "MANWIDTH": "100",
                ])
            #expect(result.status == 0 && result.errorText.isEmpty, "\(path): \(result.errorText)")
        }
    }
}
