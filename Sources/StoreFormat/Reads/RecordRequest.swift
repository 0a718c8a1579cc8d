package import Platform

/// Records of one frame; of a long plain record only the parts that are wanted.
package struct RecordRequest: Equatable, Sendable {
    package struct Wanted: Equatable, Sendable {
        package let number: Int
        /// Parts of the decoded record, rising and apart; none for all of it.
        package let ranges: [Range<Int>]

        package init(number: Int, ranges: [Range<Int>] = []) {
            self.number = number
            self.ranges = ranges
        }
    }
    /// Most ranges of all records of one request.
    package static let maximumRanges = 1 << 16

    package let job: Name
    package let pack: Digest256
    /// Where in the pack the frame stands.
    package let place: PackFooter.Entry
    /// Rising by number.
    package let wanted: [Wanted]

    package init(job: Name, pack: Digest256, place: PackFooter.Entry, wanted: [Wanted]) {
        self.job = job
        self.pack = pack
        self.place = place
        self.wanted = wanted
    }

    package var key: ObjectKey { .pack(job, pack) }
}
