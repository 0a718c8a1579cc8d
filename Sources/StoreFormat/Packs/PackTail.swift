package import Platform

/// Reads a pack's footer without reading the pack, and proves it.
package enum PackTail {
    /// - Parameter read: Gives `count` bytes of the pack from an offset.
    package static func footer<E: Error>(
        length: Int, job: Identifier, format: (FormatError) -> E,
        read: (_ offset: Int, _ count: Int) throws(E) -> [UInt8]
    ) throws(E) -> PackFooter {
        let trailerStart = length - ObjectTrailer.byteCount
        guard trailerStart >= ObjectHeader.byteCount + Section.headerBytes, length <= PackBuilder.maximumBytes
        else {
            throw format(.badField(field: "pack length", offset: length))
        }
        let head = try read(0, ObjectHeader.byteCount)
        let trailerBytes = try read(trailerStart, ObjectTrailer.byteCount)
        let trailer: ObjectTrailer
        do throws(FormatError) {
            trailer = try ObjectTrailer(parsing: trailerBytes)
            guard trailer.length == length, trailer.lastSection >= ObjectHeader.byteCount,
                trailer.lastSection <= trailerStart - Section.headerBytes,
                trailerStart - trailer.lastSection <= Section.headerBytes + PackFooter.maximumBytes
            else { throw .badField(field: "trailer", offset: trailerStart) }
        } catch { throw format(error) }
        let section = try read(trailer.lastSection, trailerStart - trailer.lastSection)
        do throws(FormatError) {
            let covered = head + section + trailerBytes[..<ObjectTrailer.headBytes]
            guard SHA256Hasher.hash(covered.span) == trailer.digest else {
                throw .digestMismatch(of: "pack footer")
            }
            let header = try ObjectHeader(parsing: head, expecting: .pack)
            guard header.job == job else { throw .badField(field: "job id", offset: 16) }
            var reader = ByteReader(section)
            let (tag, _, count) = try Section.parseHeader(&reader)
            guard tag == "FOOT", count == reader.remaining else { throw .missingSection(tag: "FOOT") }
            return try PackFooter(parsing: try reader.take(array: count), packBytes: length)
        } catch { throw format(error) }
    }
}
