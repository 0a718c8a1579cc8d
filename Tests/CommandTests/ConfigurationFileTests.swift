import Foundation
import TestSupport
import Testing

@Suite struct ConfigurationFileTests {
    static let minimal = "targets: {a: {directory: /a}}\n"

    @Test func exampleIsAcceptedByCheck() throws {
        let scratch = try Scratch()
        let example = try scratch.hybridrep(["config", "example"])
        #expect(example.status == 0)
        let path = try scratch.write(example.outputText)
        let result = try scratch.hybridrep(["config", "check", "--config", path])
        #expect(result.errorText == "")
        #expect(result.outputText == "\(path): ok, 4 jobs, 2 targets\n")
        #expect(result.status == 0)
    }

    @Test func optionWinsOverVariableAndThatOverTheUsualPlaces() throws {
        let scratch = try Scratch()
        let option = try scratch.write(Self.minimal, to: "option.yaml")
        let variable = try scratch.write(Self.minimal, to: "variable.yaml")
        let xdg = try scratch.write(Self.minimal, to: "xdg/hybridrep/hybridrep.yaml")
        let home = try scratch.write(Self.minimal, to: ".config/hybridrep/hybridrep.yaml")
        var environment = ["HYBRIDREP_CONFIG": variable, "XDG_CONFIG_HOME": scratch.folder + "/xdg"]
        func found(_ arguments: [String] = []) throws -> String {
            try scratch.hybridrep(["config", "check"] + arguments, environment: environment).outputText
        }
        #expect(try found(["--config", option]) == "\(option): ok, 0 jobs, 1 target\n")
        #expect(try found() == "\(variable): ok, 0 jobs, 1 target\n")
        environment["HYBRIDREP_CONFIG"] = nil
        #expect(try found() == "\(xdg): ok, 0 jobs, 1 target\n")
        environment["XDG_CONFIG_HOME"] = nil
        #expect(try found() == "\(home): ok, 0 jobs, 1 target\n")
    }

    @Test func noFileAnywhereNamesThePlaces() throws {
        let scratch = try Scratch()
        let result = try scratch.hybridrep(["config", "check"], environment: ["XDG_CONFIG_HOME": "/nowhere"])
        #expect(result.status == 2)
        #expect(
            result.errorText.hasPrefix(
                "hybridrep config check: FAILED (2) no configuration file, neither "
                    + "/nowhere/hybridrep/hybridrep.yaml nor /etc/hybridrep/hybridrep.yaml\nhint: "))
    }

    @Test func aNamedFileMustBeThere() throws {
        let result = try Scratch().hybridrep(["config", "check", "--config", "/nowhere/x.yaml"])
        #expect(result.status == 2)
        #expect(result.errorText.contains("FAILED (2) /nowhere/x.yaml: no such file\n"))
    }

    @Test(arguments: [0o664, 0o646, 0o666]) func aFileThatOthersMayWriteIsRefused(mode: Int) throws {
        let scratch = try Scratch()
        let path = try scratch.write(Self.minimal, mode: mode)
        let result = try scratch.hybridrep(["config", "check", "--config", path])
        #expect(result.status == 2)
        #expect(
            result.errorText == """
                hybridrep config check: FAILED (2) \(path): group or others may write it \
                (mode \(String(mode, radix: 8))), and it names commands to run
                hint: chmod go-w \(path)

                """)
    }

    @Test func aFolderIsNoFile() throws {
        let scratch = try Scratch()
        let result = try scratch.hybridrep(["config", "check", "--config", scratch.folder])
        #expect(result.errorText.hasSuffix("FAILED (2) \(scratch.folder): not a regular file\n"))
        #expect(result.status == 2)
    }

    @Test func failuresAreJSONToo() throws {
        let scratch = try Scratch()
        let path = try scratch.write("jbos: {}\n")
        let result = try scratch.hybridrep(["config", "check", "--json", "--config", path])
        #expect(result.status == 2)
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(result.output)) as? [String: Any])
        #expect(object["message_type"] as? String == "error")
        #expect(object["exit_code"] as? Int == 2)
        #expect(object["message"] as? String == "\(path):1:1: unknown key \"jbos\"")
        #expect(object["hint"] as? String == "did you mean \"jobs\"?")
        #expect(object["details"] as? [String] == [])
    }
}
