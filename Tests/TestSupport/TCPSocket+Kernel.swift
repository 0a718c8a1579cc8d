internal import Glibc

/// A TCP socket on 127.0.0.1 with blocking calls; closed with the last reference.
final class TCPSocket: Sendable {
    struct Failure: Error, CustomStringConvertible { let description: String }

    private let descriptor: Int32

    private init(_ descriptor: Int32) { self.descriptor = descriptor }

    deinit { _ = close(descriptor) }

    private static func make() throws(Failure) -> TCPSocket {
        let number = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard number >= 0 else { throw Failure(description: "socket: error \(errno)") }
        let made = TCPSocket(number)
        var on: Int32 = 1
        let size = socklen_t(MemoryLayout<Int32>.size)
        _ = unsafe setsockopt(number, SOL_SOCKET, SO_REUSEADDR, &on, size)
        return made
    }

    private static func withAddress<R>(
        _ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> R
    ) -> R {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0, size) }
        }
    }

    /// - Parameter port: 0 for any that is free.
    static func listening(on port: UInt16) throws(Failure) -> (TCPSocket, port: UInt16) {
        let made = try make()
        guard unsafe withAddress(port, { unsafe bind(made.descriptor, $0, $1) }) == 0,
            listen(made.descriptor, 64) == 0
        else { throw Failure(description: "listen on port \(port): error \(errno)") }
        var address = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let named = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe getsockname(made.descriptor, $0, &size)
            }
        }
        guard named == 0 else { throw Failure(description: "getsockname: error \(errno)") }
        return (made, UInt16(bigEndian: address.sin_port))
    }

    static func connected(to port: UInt16) throws(Failure) -> TCPSocket {
        let made = try make()
        guard unsafe withAddress(port, { unsafe connect(made.descriptor, $0, $1) }) == 0 else {
            throw Failure(description: "connect to port \(port): error \(errno)")
        }
        made.sendAtOnce()
        return made
    }

    /// The next connection; nil when this was shut down.
    func accept() -> TCPSocket? {
        let number = Glibc.accept(descriptor, nil, nil)
        guard number >= 0 else { return nil }
        let made = TCPSocket(number)
        made.sendAtOnce()
        return made
    }

    private func sendAtOnce() {
        var on: Int32 = 1
        let size = socklen_t(MemoryLayout<Int32>.size)
        _ = unsafe setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, size)
    }

    /// Up to `most` bytes; empty at the end, and when the connection is gone.
    func read(_ most: Int) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: most) { buffer, count in
            count = max(0, unsafe recv(descriptor, buffer.baseAddress, most, 0))
        }
    }

    /// False when the connection is gone.
    func writeAll(_ bytes: [UInt8]) -> Bool {
        unsafe bytes.withUnsafeBufferPointer { buffer in
            var done = 0
            while done < buffer.count {
                let sent = unsafe send(
                    descriptor, buffer.baseAddress?.advanced(by: done), buffer.count - done,
                    Int32(MSG_NOSIGNAL))
                guard sent > 0 else { return false }
                done += sent
            }
            return true
        }
    }

    func shutDown(reading: Bool = false, writing: Bool = false) {
        _ = shutdown(descriptor, Int32(reading && writing ? SHUT_RDWR : reading ? SHUT_RD : SHUT_WR))
    }
}
