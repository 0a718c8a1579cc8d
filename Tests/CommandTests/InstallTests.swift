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
            "share/bash-completion/completions/hybridrep", "share/zsh/site-functions/_hybridrep",
            "share/fish/vendor_completions.d/hybridrep.fish", "share/hybridrep/hybridrep_reader.py",
            "share/doc/hybridrep/format/store.md",
        ] {
            #expect(FileManager.default.fileExists(atPath: "\(usr)/\(file)"), "\(file)")
        }
        let page = try String(contentsOfFile: usr + "/share/man/man1/hybridrep.restore.1", encoding: .utf8)
        #expect(page.contains("hybridrep restore mdb01 --to /restore/mdb01"))
    }
}
