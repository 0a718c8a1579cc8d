package import Platform

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
