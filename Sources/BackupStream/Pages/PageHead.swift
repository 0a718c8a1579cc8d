internal import Platform

/// The few fields of a page header that tell its age (format notes 4).
struct PageHead: Equatable {
    static let byteCount = 40
    let dbtime: UInt64
    let objectID: UInt32

    init(_ page: Span<UInt8>) {
        dbtime = page.uint64(at: 8)
        objectID = page.uint32(at: 24)
    }
}
