internal import Glibc

/// The files that say which host keys to believe.
struct KnownHosts {
    /// More than any real file; a bound on what is read before connecting.
    private static let maximumBytes = 64 << 20

    /// The file that hints name, and that a new key would go to.
    let path: String
    /// The second file that is searched.
    let systemPath: String

    /// - Parameter configured: Searched alone when given.
    init(configured: String?) {
        if let configured {
            path = HostUser.current.expand(configured)
            systemPath = "/dev/null"
        } else {
            path = HostUser.current.home + "/.ssh/known_hosts"
            systemPath = "/etc/ssh/ssh_known_hosts"
        }
    }

    /// Refuses files with markers, which libssh does not honour.
    ///
    /// A key that a line revokes would be accepted on the strength of another line, and certificates of hosts
    /// would always be unknown. A file that is missing holds no key, and every host is unknown.
    func refuseMarkers(peer: String) throws(TransportError) {
        for file in [path, systemPath] {
            let marker: String?
            do throws(SystemError) { marker = try Self.firstMarker(in: file) } catch {
                if error.isNotFound { continue }
                throw TransportError(
                    .authentication, operation: "connect", peer: peer, detail: error.description)
            }
            guard let marker else { continue }
            throw TransportError(
                .authentication, operation: "connect", peer: peer,
                detail: "\(file) has \(marker) lines, which only OpenSSH's own client honours",
                hint: "use ssh-command, or name a known-hosts file without such lines")
        }
    }

    /// The marker (`@revoked`, `@cert-authority`, or any other word after an `@`) of the first line with one.
    private static func firstMarker(in path: String) throws(SystemError) -> String? {
        let file = try OwnedDescriptor(openingFileOrDevice: path, O_RDONLY)
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        var search = KnownHostsMarkerSearch()
        var readBytes = 0
        while true {
            var span = buffer.mutableSpan
            guard let got = try file.read(into: &span), got > 0 else { break }
            readBytes += got
            guard readBytes <= maximumBytes else { throw SystemError(call: "read", path: path, code: EFBIG) }
            if let marker = search.take(buffer.span.extracting(0..<got)) { return marker }
        }
        return search.finish()
    }
}

/// Looks for the first line of a known-hosts file that begins with a marker, piece by piece.
package struct KnownHostsMarkerSearch {
    /// A longer word is cut off here.
    private static let maximumBytes = 32
    /// The marker that has begun, its `@` included.
    private var marker: [UInt8]?
    /// Nothing but blanks since the line began.
    private var isAtStart = true

    package init() {}

    /// The marker, once it is whole; nil when there is none so far.
    package mutating func take(_ bytes: Span<UInt8>) -> String? {
        for index in bytes.indices {
            let byte = bytes[index]
            let isBlank = byte == 0x20 || byte == 0x09
            let isEnd = byte == 0x0A || byte == 0x0D
            if let name = marker {
                if isBlank || isEnd || name.count == Self.maximumBytes { return finish() }
                marker = name + [byte]
            } else if isAtStart, byte == UInt8(ascii: "@") {
                marker = [byte]
            } else {
                isAtStart = isEnd || (isAtStart && isBlank)
            }
        }
        return nil
    }

    /// The marker that the file ends in; nil when there is none.
    package func finish() -> String? { marker.map { String(decoding: $0, as: UTF8.self) } }
}
