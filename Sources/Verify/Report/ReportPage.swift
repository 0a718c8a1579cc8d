internal import Mustache
internal import OffsiteStore
package import Platform

/// The verification report as one HTML file: no script, nothing from the network, light and dark, fit to print.
package struct ReportPage {
    /// Rows of a table; older ones are in the JSON.
    static let mostRows = 60

    private let reports: [TargetReport]
    private let made: Timestamp
    private let since: Timestamp
    private let toolVersion: String
    private let hostName: String

    package init(
        _ reports: [TargetReport], made: Timestamp, since: Timestamp, toolVersion: String, hostName: String
    ) {
        self.reports = reports
        self.made = made
        self.since = since
        self.toolVersion = toolVersion
        self.hostName = hostName
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
            "made": made.description, "since": since.description, "version": toolVersion, "host": hostName,
            "style": ReportTemplate.style, "isEmpty": reports.isEmpty,
            "targets": reports.enumerated().map {
                ReportSection(report: $0.element, number: $0.offset).context
            },
        ]
    }
}
