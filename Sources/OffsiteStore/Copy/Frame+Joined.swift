package import Platform
package import StoreFormat

extension Frame {
    /// The same frame with what either of two copies has of it, each of which collection may have thinned in its own way.
    ///
    /// - Throws: If they are not copies of one frame.
    package func joined(with other: Frame) throws(FormatError) -> [UInt8] {
        guard other.id == id, other.records.count == records.count else {
            throw .badField(field: "frame \(id) of another store", offset: 0)
        }
        var lacksSome = false
        var parts: [(record: Record, payload: [UInt8])] = []
        for number in records.indices {
            let isHere = !records[number].isLeftOut
            let isThere = !other.records[number].isLeftOut
            let frame = isHere ? self : other
            parts.append((frame.records[number], frame.payload(number)))
            lacksSome = lacksSome || !isHere && !isThere
            let isSame =
                isHere && isThere
                ? other.records[number] == records[number] && other.payload(number) == parts[number].payload
                : other.records[number].length == records[number].length
            guard isSame else { throw .digestMismatch(of: "record \(number) of frame \(id)") }
        }
        var builder = FrameBuilder(id, isThinned: lacksSome)
        for (record, payload) in parts {
            guard builder.fits(storedBytes: payload.count, slices: record.base.count) else {
                throw .badField(field: "frame \(id) of two stores", offset: 0)
            }
            _ = builder.append(record, payload: payload)
        }
        return builder.finish()
    }
}
