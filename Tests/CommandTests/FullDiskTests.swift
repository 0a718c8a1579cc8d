import Foundation
import RegexBuilder
import TestSupport
import Testing

/// Whether this process may mount a small file system in a name space of its own.
private let canMount =
    (try? Command.run(["unshare", "-m", "mount", "-t", "tmpfs", "none", "/mnt"]))?.status == 0

@Suite(.enabled(if: canMount, "needs root, and a system where root may mount a file system"))
struct FullDiskTests {
    /// Runs a script in a mount name space of its own, so that what it mounts ends with it, come what may.
    private func run(_ site: Site, _ script: String) throws -> Command.Result {
        let begin = """
            set -u
            small() { mkdir -p "$1" && mount -t tmpfs -o size="$2" none "$1"; }
            H() { "$PROGRAM" "$@" --config "$CONFIG"; echo "$1 $?"; }
            cd "$FOLDER"

            """
        return try Command.run(
            ["unshare", "-m", "--propagation", "private", "bash", "-c", begin + script],
            environment: [
                "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": site.scratch.folder,
                "PROGRAM": try Command.built("hybridrep"), "CONFIG": site.configuration,
                "FOLDER": site.scratch.folder,
            ])
    }

    private func site() throws -> Site {
        let site = try Site()
        try site.configure(
            source: "file: \(site.path("dump"))", targets: ["vault": "directory: \(site.store)"])
        return site
    }

    // Goal of this test: a full store keeps what it has, and one can still read all of it.
    @Test func aFullStoreIsCode24AndStillReadable() throws {
        let result = try run(
            try site(),
            """
            small store 2m
            H init vault
            head -c 200000 /dev/urandom > dump; cp dump first
            H run mdb01
            head -c 4000000 /dev/urandom > dump
            H run mdb01
            find store/jobs/mdb01/tmp -type f 2>/dev/null
            H list mdb01
            H verify mdb01 --full
            H restore mdb01 --to out
            cmp out first && echo same
            cp first dump
            H run mdb01
            """)
        let lines = result.outputText.split(separator: "\n").map(String.init)
        let ends = lines.filter { $0.wholeMatch(of: /[a-z]+ [0-9]+/) != nil || $0 == "same" }
        #expect(
            ends == ["init 0", "run 0", "run 24", "list 0", "verify 0", "restore 0", "same", "run 0"],
            "\(result.outputText)\(result.errorText)")
        #expect(!lines.contains { $0.hasPrefix("store/jobs") }, "what did not fit was left behind")
        #expect(result.errorText.contains("hybridrep push mdb01 to vault: FAILED (24) "))
        #expect(result.errorText.contains("No space left on device"))
    }

    @Test func aFullSpoolIsCode24() throws {
        let site = try Site()
        try site.configure(source: "stdin: true", targets: ["vault": "directory: \(site.store)"])
        let result = try run(
            site,
            """
            small spool 3m
            H init vault
            head -c 6000000 /dev/urandom 2>/dev/null | H run mdb01
            find spool -type f
            echo small | H run mdb01
            """)
        #expect(
            result.outputText.split(separator: "\n").filter { !$0.hasPrefix("store") && !$0.hasPrefix("job") }
                == ["init 0", "run 24", "spool/mdb01/lock", "run 0"],
            "\(result.outputText)\(result.errorText)")
        #expect(result.errorText.contains("FAILED (24) "))
        #expect(result.errorText.contains("hint: free space in the spool"))
    }

    // Goal of this test: what cannot fit is told before anything is read, written or fetched.
    @Test func whatDoesNotFitIsRefusedFirst() throws {
        let site = try Site()
        try site.configure(source: "stdin: true", targets: ["vault": "directory: \(site.store)"])
        let result = try run(
            site,
            """
            small spool 4m
            small out 2m
            H init vault
            head -c 3000000 /dev/urandom > first
            H run mdb01 < first
            { H run mdb01 --expect-bytes 6000000; wc -c; } < first
            H restore mdb01 --to out/first
            find out spool -name '*partial*'
            H restore mdb01 --to first.back
            cmp first first.back && echo same
            """)
        #expect(
            result.outputText.split(separator: "\n").filter { $0.wholeMatch(of: /[a-z ]*[0-9]*/) != nil }
                == ["init 0", "run 0", "run 24", "3000000", "restore 24", "restore 0", "same"],
            "\(result.outputText)\(result.errorText)")
        #expect(result.errorText.contains("bytes needed, of which 41943 stay free; "))
        #expect(
            result.errorText.contains("hint: free space in the spool, keep fewer images there (spool.keep)"))
        #expect(
            result.errorText.contains(
                "hybridrep restore mdb01: FAILED (24) write out/first: 3000000 bytes needed, 2097152 are there\n"
            ))
    }

    // Goal of this test: of sets, log points and streams, too, a rehearsal without room says so before its command runs.
    @Test(arguments: RehearsedPoint.Kind.allCases) func aScratchDiskThatIsFullIsCode24(
        kind: RehearsedPoint.Kind
    ) throws {
        let point = try #require(try RehearsedPoint.of(kind).last)
        let result = try run(
            point.site,
            """
            small full 64k
            H rehearse mdb01 --scratch "$FOLDER/full" --exec 'touch ran; test -e {}'
            find full -name 'hybridrep-rehearsal-*'
            find . -name ran
            H rehearse mdb01 --scratch "$FOLDER/room" --exec '\(point.comparison)' >/dev/null || :
            echo "rehearse $?"
            """)
        #expect(result.outputText == "rehearse 24\nrehearse 0\n", "\(result.outputText)")
        let place =
            /hybridrep rehearse mdb01: FAILED \(24\) write \S+\/full\/hybridrep-rehearsal-[0-9a-f]{16}\/restored/
        let need = /: [0-9]+ bytes needed, 6[0-9]{4} are there\n/
        let hint = /hint: make room in \S+\/full, or give another folder: --scratch DIR\n/
        let told = Regex {
            place
            need
            hint
        }
        #expect(result.errorText.wholeMatch(of: told) != nil, "\(result.errorText)")
    }

    @Test func aRehearsalWithoutRoomIsCode24AndLeavesNothing() throws {
        let result = try run(
            try site(),
            """
            small scratch 2m
            small full 64k
            head -c 200000 /dev/zero > full/fill 2>/dev/null
            H init vault
            head -c 3000000 /dev/urandom > dump
            H run mdb01
            H rehearse mdb01 --scratch "$FOLDER/scratch" --exec 'touch ran; cat {}'
            H rehearse mdb01 --scratch "$FOLDER/full" --exec 'touch ran; cat {}'
            find scratch full -name 'hybridrep-rehearsal-*'
            find . -name ran
            H rehearse mdb01 --scratch "$FOLDER/room" --exec 'cmp {} dump'
            """)
        let ends = result.outputText.split(separator: "\n").filter {
            $0.wholeMatch(of: /[a-z]+ [0-9]+/) != nil || $0.hasPrefix("scratch") || $0.hasPrefix("./")
        }
        #expect(
            ends == ["init 0", "run 0", "rehearse 24", "rehearse 24", "rehearse 0"],
            "\(result.outputText)\(result.errorText)")
        let refusal = #//restored: 3000000 bytes needed, 20[0-9]{5} are there\nhint: make room/#
        #expect(result.errorText.contains(refusal))
    }
}
