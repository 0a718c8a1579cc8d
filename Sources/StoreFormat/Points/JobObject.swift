package import Platform

/// A job's identity in every store it has: id, name, and the secret of its fingerprints.
///
/// docs/format/store.md, section 4.
package struct JobObject: Equatable, Sendable {
    package static let maximumBytes = 4096
    package let id: Identifier
    package let name: Name
    package let secret: [UInt8]
    package let created: Timestamp

    package init(id: Identifier, name: Name, secret: [UInt8], created: Timestamp) {
        precondition(secret.count == Fingerprinter.secretBytes)
        self.id = id
        self.name = name
        self.secret = secret
        self.created = created
    }

    package func encoded(store: Identifier) -> [UInt8] {
        var parameters = ByteWriter()
        parameters.string(name.description)
        parameters.uint64(UInt64(bitPattern: created.nanoseconds))
        var object = ObjectBuilder(ObjectHeader(.job, job: id, store: store))
        object.section("PARM", .mandatory, parameters.bytes)
        object.section("SECR", [.mandatory, .isPrivate], secret)
        return object.finish()
    }

    package init(parsing bytes: [UInt8], store: Identifier) throws(FormatError) {
        let object = try ParsedObject(parsing: bytes, expecting: .job, known: ["PARM", "SECR"])
        guard object.header.store == store else { throw .badField(field: "store id", offset: 32) }
        var parameters = try object.section("PARM")
        guard let name = Name(try parameters.string("job name", limit: Name.maximumBytes)) else {
            throw .badField(field: "job name", offset: 0)
        }
        self.name = name
        created = Timestamp(nanoseconds: Int64(bitPattern: try parameters.uint64()))
        var secret = try object.section("SECR")
        self.secret = try secret.take(array: Fingerprinter.secretBytes)
        try secret.finish()
        id = object.header.job
    }
}

/// A store's identity: its id and when it was made (docs/format/store.md, section 3).
package struct StoreObject: Equatable, Sendable {
    package static let maximumBytes = 4096
    package let id: Identifier
    package let created: Timestamp

    package init(id: Identifier, created: Timestamp) {
        self.id = id
        self.created = created
    }

    package var encoded: [UInt8] {
        var parameters = ByteWriter()
        parameters.uint64(UInt64(bitPattern: created.nanoseconds))
        var object = ObjectBuilder(ObjectHeader(.store, job: .zero, store: id))
        object.section("PARM", .mandatory, parameters.bytes)
        return object.finish()
    }

    package init(parsing bytes: [UInt8]) throws(FormatError) {
        let object = try ParsedObject(parsing: bytes, expecting: .store, known: ["PARM"])
        var parameters = try object.section("PARM")
        created = Timestamp(nanoseconds: Int64(bitPattern: try parameters.uint64()))
        id = object.header.store
    }
}
