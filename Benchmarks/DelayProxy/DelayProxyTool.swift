import ArgumentParser
import Foundation
import TestSupport

/// A long line to a port of this host, until it is killed.
@main
struct DelayProxyTool: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delay-proxy", abstract: "Relay connections to a port of this host as a long line would."
    )

    @Argument(help: "Port on 127.0.0.1 to relay to.") var target: UInt16
    @Option(help: "Port to listen on; 0 for any.") var listen: UInt16 = 0
    @Option(help: "Milliseconds that a round trip takes.") var roundTrip = 100
    @Option(help: "Megabits a second in each direction; 0 for no limit.") var megabits = 1000

    func run() throws {
        let proxy = try DelayProxy(
            to: target, port: listen, roundTripMilliseconds: roundTrip,
            bytesPerSecond: megabits == 0 ? nil : megabits * 125_000)
        // Not `print`, which keeps it back when nobody sits in front of it.
        FileHandle.standardOutput.write(Data("listening on \(proxy.port)\n".utf8))
        withExtendedLifetime(proxy) { while true { Thread.sleep(forTimeInterval: 3600) } }
    }
}
