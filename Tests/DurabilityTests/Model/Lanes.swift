/// Eight small numbers in a word, so that a state is quickly copied, compared and hashed.
struct Lanes: Hashable {
    private var word: UInt64 = 0

    subscript(lane: Int) -> UInt8 {
        get { UInt8(truncatingIfNeeded: word >> UInt64(lane * 8)) }
        set { word = word & ~(0xff << UInt64(lane * 8)) | UInt64(newValue) << UInt64(lane * 8) }
    }
}
