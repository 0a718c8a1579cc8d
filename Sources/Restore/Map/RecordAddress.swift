package import StoreFormat

/// One record of a job.
package struct RecordAddress: Hashable, CustomStringConvertible {
    package let frame: FrameID
    package let record: Int

    package init(_ frame: FrameID, _ record: Int) {
        self.frame = frame
        self.record = record
    }

    package init(_ slice: Record.Slice) { self.init(slice.frame, slice.record) }

    package var description: String { "record \(record) of frame \(frame)" }
}
