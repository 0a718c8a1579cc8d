internal import Platform

/// How curl is asked to get an address: by a configuration on its standard input, so that no list of processes shows it.
enum Notifier {
    static let command = ["curl", "--disable", "--config", "-"]

    /// - Parameter url: Without quotes and backslashes, as ``PingURL`` has it.
    static func input(_ url: String) -> [UInt8] {
        Array(
            """
            url = "\(url)"
            proto = "=http,https"
            output = "/dev/null"
            connect-timeout = 5
            max-time = 10
            silent
            fail

            """.utf8)
    }

    /// What curl's exit status means, without its words.
    static func reason(_ end: WatchedProgram.End) -> String {
        switch end {
        case .exited(6): "its host is not known (6)"
        case .exited(7): "no connection (7)"
        case .exited(22): "it answered with an error (22)"
        case .exited(28): "no answer within 10 seconds (28)"
        case .exited(60): "its certificate is not trusted (60)"
        case .exited(127): "there is no curl on this host (127)"
        case .exited(let code): "status \(code)"
        case .late, .lost, .interrupted: "it was ended"
        }
    }
}
