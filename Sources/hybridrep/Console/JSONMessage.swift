internal import Platform

/// One line of `--json` output.
///
/// The first five fields are on every line, null where they do not apply, so that a reader needs no cases
/// (CONVENTIONS, Streams). Fields are only ever added; `schema_version` grows when a meaning changes.
struct JSONMessage: Sendable {
    enum Kind: String, Sendable { case status, warning, error, summary }

    static let schemaVersion = 1

    let kind: Kind
    let job: Name?
    let target: Name?
    let fields: [JSONValue.Field]

    init(
        _ kind: Kind, job: Name? = nil, target: Name? = nil, _ fields: KeyValuePairs<String, JSONValue> = [:]
    ) {
        self.kind = kind
        self.job = job
        self.target = target
        self.fields = JSONValue.list(fields)
    }

    init(_ kind: Kind, job: Name?, target: Name?, fields: [JSONValue.Field]) {
        self.kind = kind
        self.job = job
        self.target = target
        self.fields = fields
    }

    func line(runID: String) -> String {
        let common: KeyValuePairs<String, JSONValue> = [
            "message_type": .string(kind.rawValue), "schema_version": .integer(Self.schemaVersion),
            "run_id": .string(runID), "job": .optional(job?.description),
            "target": .optional(target?.description),
        ]
        return JSONValue.object(JSONValue.list(common) + fields).text
    }
}
