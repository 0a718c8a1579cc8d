package import Platform

/// When, where and by what a report was made, and of which time.
package struct ReportScope: Sendable {
    package let made: Timestamp
    package let since: Timestamp
    package let toolVersion: String
    package let hostName: String

    package init(made: Timestamp, since: Timestamp, toolVersion: String, hostName: String) {
        self.made = made
        self.since = since
        self.toolVersion = toolVersion
        self.hostName = hostName
    }
}
