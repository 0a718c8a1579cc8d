package import Platform

extension OpenFile {
    /// Reads the object that is this file.
    package func scan(length: Int) -> ObjectScan<ImageError> {
        ObjectScan(length: length, format: { .format($0, path: self.path) }) {
            (offset, count) throws(ImageError) in
            do throws(SystemError) { return try self.bytes(at: offset, count: count) } catch {
                throw .system(error)
            }
        }
    }
}
