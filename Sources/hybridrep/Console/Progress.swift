/// How far a long command has come.
struct Progress: Equatable, Sendable {
    /// What is being done: `backup mdb01`, `push mdb01 to vault`.
    var label: String
    /// Bytes of the source or image passed so far.
    var doneBytes: Int
    /// Bytes there are; nil while that is unknown, as for a stream.
    var totalBytes: Int?
    /// Bytes of those passed that differ from the last image; nil where nothing is compared.
    var changedBytes: Int?

    init(label: String, doneBytes: Int = 0, totalBytes: Int? = nil, changedBytes: Int? = nil) {
        self.label = label
        self.doneBytes = doneBytes
        self.totalBytes = totalBytes
        self.changedBytes = changedBytes
    }
}
