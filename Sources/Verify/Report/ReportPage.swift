internal import Mustache
package import Platform

/// The verification report as one HTML file: no script, nothing from the network, light and dark, fit to print.
package struct ReportPage {
    /// Rows of a table; older ones are in the JSON.
    static let mostRows = 60

    private let reports: [TargetReport]
    private let scope: ReportScope

    package init(_ reports: [TargetReport], _ scope: ReportScope) {
        self.reports = reports
        self.scope = scope
    }

    /// - Throws: What the template engine says; only a mistake in the template makes it.
    package var html: String {
        get throws {
            let library = MustacheLibrary(templates: [
                "page": try MustacheTemplate(string: ReportTemplate.page),
                "target": try MustacheTemplate(string: ReportTemplate.target),
            ])
            return library.render(context, withTemplate: "page") ?? ""
        }
    }

    private var context: [String: Any] {
        [
            "made": scope.made.description, "since": scope.since.description, "version": scope.toolVersion,
            "host": scope.hostName,
            "style": ReportTemplate.style, "isEmpty": reports.isEmpty,
            "targets": reports.map { ReportSection(report: $0).context },
        ]
    }
}

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
