import Foundation
import TestSupport
import Testing

/// What a shell offers after a press of the tabulator key.
@Suite struct CompletionTests {
    private static let script = """
        source <("$1" --generate-completion-script bash)
        shift
        COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
        _hybridrep "$1" "${@: -1}" "${@: -2:1}"
        echo "${COMPREPLY[*]}"
        """

    /// The words that bash offers for the last one of a command line.
    private func offered(_ site: Site, _ words: String..., config: String? = nil) throws -> String {
        let program = try Command.built("hybridrep")
        let folder = URL(fileURLWithPath: program).deletingLastPathComponent().path
        let result = try Command.run(
            ["bash", "-c", Self.script, "bash", program, "hybridrep"] + words,
            environment: [
                "PATH": folder + ":/usr/bin:/bin", "HOME": site.scratch.folder,
                "HYBRIDREP_CONFIG": config ?? site.configuration,
            ])
        #expect(result.errorText == "", "\(words)")
        return result.outputText.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    @Test func jobsTargetsAndPointsAreOffered() throws {
        let site = try Site(source: "command: echo something")
        try site.expectGood("run", Site.job)
        try site.expectGood("run", Site.job)
        #expect(try offered(site, "run", "") == "mdb01")
        #expect(try offered(site, "list", "") == "mdb01")
        #expect(try offered(site, "list", "mdb01", "--target", "") == "vault")
        #expect(try offered(site, "init", "") == "vault")
        #expect(try offered(site, "show", "mdb01", "") == "latest 1 2")
        #expect(try offered(site, "restore", "") == "mdb01")
        #expect(try offered(site, "restore", "mdb01", "") == "latest 1 2")
        #expect(try offered(site, "copy", "mdb01", "--from", "") == "vault")
        #expect(try offered(site, "show", "--store", site.store, "mdb01", "") == "latest 1 2")
        #expect(
            try offered(site, "list", "--store", site.store, "", config: "/nonexistent") == "mdb01")
    }

    // Goal of this test: a key pressed by mistake connects to nobody, and prints no error into the command line.
    @Test func nobodyIsAskedAndNothingIsSaidWhereThereIsNothingToOffer() throws {
        let site = try Site()
        try site.configure(
            source: "command: echo x", targets: ["far": "ssh: nobody@192.0.2.1, store: /srv/x"])
        #expect(try offered(site, "show", "mdb01", "") == "latest")
        #expect(try offered(site, "list", "mdb01", "--target", "") == "far")
        #expect(try offered(site, "run", "", config: "/nonexistent") == "")
        #expect(try offered(site, "show", "mdb01", "", config: "/nonexistent") == "")
    }

    @Test("the scripts of all shells are sound", arguments: ["bash", "zsh", "fish"])
    func scripts(shell: String) throws {
        let scratch = try Scratch()
        let script = try scratch.hybridrep(["--generate-completion-script", shell])
        #expect(script.status == 0)
        #expect(script.outputText.contains("---completion"))
        guard (try? Command.run(["sh", "-c", "command -v \(shell)"]))?.status == 0 else { return }
        let path = try scratch.write(script.outputText, to: "script")
        let checked = try Command.run([shell, "-n", path])
        #expect(checked.status == 0, "\(checked.errorText)")
    }
}
