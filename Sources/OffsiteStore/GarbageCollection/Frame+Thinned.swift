internal import BitCollections
internal import Platform
internal import StoreFormat

extension Frame {
    /// The same frame without the payloads of records that nothing needs (docs/format/pack.md, section 3).
    ///
    /// Every record keeps its number and its length; of what is left out no base is named, so that nothing holds that any more.
    func thinned(keeping needed: BitSet) -> [UInt8] {
        var builder = FrameBuilder(id, isThinned: true)
        for (number, record) in records.enumerated() {
            if needed.contains(number) {
                _ = builder.append(record, payload: payload(number))
            } else {
                let husk = Record(
                    codec: .stored, imageOffset: record.imageOffset, length: record.length, storedBytes: 0)
                _ = builder.append(husk, payload: [])
            }
        }
        return builder.finish()
    }

    func payload(_ number: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        withPayload(number) { bytes.append(copying: $0) }
        return bytes
    }
}
