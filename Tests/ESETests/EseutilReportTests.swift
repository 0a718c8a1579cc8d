import ESE
import Foundation
import Platform
import TestSupport
import Testing

@Suite struct EseutilReportTests {
    static func lines(_ text: String) -> [String] { text.split(separator: "\n").map(String.init) }

    @Test("the header dump has the labels that scripts look for")
    func header() throws {
        let database = ESEDatabase { $0.required = ESEDatabase.Required(12...15) }
        let pair = try HeaderPair.find(in: database.bytes().span)
        let lines = Self.lines(EseutilReport.header(pair))
        for line in [
            "        File Type: Database", "   Format ulMagic: 0x89abcdef", " Format ulVersion: 0x620,20,0",
            "         cbDbPage: 8192", "           dbtime: 10064 (0x2750)",
            "            State: Dirty Shutdown",
            "     DB Signature: Create time:01/01/2026 00:01:00.000 UTC Rand:1 Computer:",
            "     Log Required: 12-15 (0xc-0xf) [Min. Req. Pre-Redo: 0 (0x0)]",
            "    Log Committed: 0-15 (0x0-0xf)", "         Shadowed: Yes", "     Repair Count: 0",
            "  Last Consistent: (0x1,1,0)  01/01/2026 00:01:00.000 UTC",
            "       OS Version: (10.0.20348 SP 0 NLS 0)",
            "Previous Full Backup:", "        Log Gen: 0-0 (0x0-0x0)", "           Mark: (0x0,0,0)",
            "       ECC Fix Success Count: none",
        ] {
            #expect(lines.contains(line), "\(line)")
        }
        #expect(!lines.contains("Patch Current Full Backup:"))
    }

    @Test func aBackupCopyShowsItsTrailer() throws {
        let database = ESEDatabase { $0.backup = 123_620...123_627 }
        let pair = try HeaderPair.find(in: database.bytes().span)
        let trailer = BackupTrailer(parsing: database.slot(database.slots + 1).span)
        let text = EseutilReport.header(pair, trailer: trailer)
        #expect(
            text.contains("Patch Current Full Backup:\n        Log Gen: 123620-123627 (0x1e2e4-0x1e2eb)\n"))
        #expect(text.contains("Mark: (0x1E2EB,2,17)"))
    }

    @Test func theWholePageReport() {
        let database = ESEDatabase { $0.garbageSlots = 1 }
        let report = PageTallyTests.report(database) { bytes in
            bytes[10 * 8192 + 100] ^= 1
            bytes[11 * 8192 + 100] = 7
            bytes[11 * 8192 + 101] ^= 0xFF
        }
        #expect(
            EseutilReport.pages(report) == """
                WARNING: page 9 checksum verification failed but the corruption ( bit 800 ) can be corrected
                ERROR: page 10 checksum failed
                WARNING: \(report.behindEnd[0]), behind the end of the database
                WARNING: 1 slot with garbage after the end of the database at page 64

                67 pages seen
                1 bad checksums
                1 correctable checksums
                8 uninitialized pages
                0 wrong page numbers
                0x2750 highest dbtime (pgno 0x2)

                """)
    }

    @Test func theWholeLogReport() {
        let facts = [1, 2, 6, 7].map { LogChainTests.fact($0, problem: $0 == 7 ? .logFileCorrupt : nil) }
        #expect(
            EseutilReport.logs(base: "E00", LogChain(facts)) == """
                Verifying log files...
                     Base name: E00

                      Log file: E1 - OK
                      Log file: E2 - OK
                      Missing log files: E00{00000003 - 00000005}.log
                      Log file: E6 - OK
                      Log file: E7 - ERROR: -501 JET_errLogFileCorrupt

                Operation terminated with error -528 (JET_errMissingLogFile).

                """)
        #expect(
            EseutilReport.logs(base: "E00", LogChain([LogChainTests.fact(1)])).hasSuffix(
                "\nNo damaged log files were found.\n"))
    }

    @Test func oneLog() throws {
        let text = EseutilReport.log(
            try LogHeader(parsing: ESELog.header(0x12, seed: 5).span),
            checkpoint: LogPosition(generation: 0xF, sector: 7, byte: 0xCF))
        for line in [
            "      lGeneration: 18 (0x12)", "      Checkpoint: (0xF,7,CF)",
            "      Format LGVersion: (8.4000.5.16)",
            "      Env LogFilePath: C:\\logs\\", "      Circular Logging Flag (current file): off",
        ] {
            #expect(text.contains(line + "\n"), "\(line)")
        }
    }

    @Test("facts encode as JSON, unset times as null")
    func json() throws {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let header = try HeaderPair.find(in: ESEDatabase().bytes().span).header
        let text = String(decoding: try encoder.encode(header), as: UTF8.self)
        #expect(text.contains("\"state\":\"Clean Shutdown\""))
        #expect(text.contains("\"last_detach\":{\"position\":\"(0x0,0,0)\",\"time\":null}"))
        #expect(text.contains("\"created\":\"2026-01-01T00:01:00.000Z\""))
        let verdict = SetVerdict.judge(
            SetVerdictTests.database(), logs: SetVerdictTests.logs(12...15))
        let set = String(decoding: try encoder.encode(verdict), as: UTF8.self)
        #expect(
            set.hasPrefix(
                "{\"error\":-582,\"missing_logs\":[{\"first\":16,\"last\":17}],\"notes\":[],\"outcome\":\"loss\","
            ))
        let report = PageTallyTests.report(ESEDatabase()) { $0[10 * 8192 + 100] ^= 1 }
        let pages = String(decoding: try encoder.encode(report), as: UTF8.self)
        #expect(pages.contains("\"bad\":[{\"kind\":\"correctable\",\"page\":9,"))
        #expect(pages.contains("\"owned_end\":64"))
        let chain = LogChain([1, 2, 6].map { LogChainTests.fact($0) })
        let logs = String(decoding: try encoder.encode(chain), as: UTF8.self)
        #expect(logs.contains("\"first_error\":-528"))
        #expect(logs.contains("{\"fault\":null,\"generation\":6,\"name\":\"E6\",\"problems\":[]}"))
        let data = String(
            decoding: try encoder.encode(try LogData.report(LogRecordsTests.log())), as: UTF8.self)
        #expect(data.hasPrefix("{\"accumulated_sum\":null,\"last\":\"(0x7,"))
        #expect(data.contains("\"problem\":null,"))
        #expect(logs.contains("\"missing\":[{\"first\":3,\"last\":5}]"))
    }
}
