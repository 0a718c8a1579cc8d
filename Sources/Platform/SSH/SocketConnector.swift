internal import Glibc

/// Opens a TCP connection, trying every address of a name.
///
/// libssh would settle for the first address that does not refuse at once, so a name with an unreachable IPv6
/// address would never be reached at its IPv4 address.
@safe enum SocketConnector {
    /// Why no address could be reached: for the last one tried, in the system's words.
    struct Failure: Error { let reason: String }

    /// A connected socket with Nagle's delay switched off, in non-blocking mode.
    ///
    /// - Parameter seconds: For all addresses together.
    static func connect(host: String, port: UInt16, seconds: Int) throws(Failure) -> OwnedDescriptor {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        unsafe hints.ai_flags = AI_ADDRCONFIG | AI_NUMERICSERV
        var found: UnsafeMutablePointer<addrinfo>?
        let result = unsafe getaddrinfo(host, String(port), &hints, &found)
        guard result == 0, let first = unsafe found else {
            let reason = unsafe String(cString: gai_strerror(result))
            throw Failure(reason: "look up \(host): \(reason)")
        }
        defer { unsafe freeaddrinfo(first) }

        let deadline = Deadline(seconds: seconds)
        var failure = SystemError(call: "connect", path: "", code: EADDRNOTAVAIL)
        var next = unsafe found
        while let address = unsafe next {
            unsafe next = address.pointee.ai_next
            // An address that does not answer leaves half of the time to those after it.
            let left = deadline.remainingMilliseconds ?? 0
            let share = unsafe next == nil ? left : left / 2
            do throws(SystemError) {
                return try unsafe Self.connect(address.pointee, milliseconds: share)
            } catch {
                failure = error
            }
        }
        throw Failure(reason: failure.description)
    }

    private static func connect(
        _ address: addrinfo, milliseconds: Int
    ) throws(SystemError) -> OwnedDescriptor {
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let number = unsafe socket(address.ai_family, kind, address.ai_protocol)
        guard number >= 0 else { throw .last("socket", "") }
        let descriptor = OwnedDescriptor(number)
        if unsafe Glibc.connect(number, address.ai_addr, address.ai_addrlen) != 0 {
            guard errno == EINPROGRESS else { throw .last("connect", "") }
            let wish = Readiness.Wish(descriptor: number, reading: false, writing: true)
            guard try Readiness.wait(for: [wish], milliseconds: milliseconds) == [true] else {
                throw SystemError(call: "connect", path: "", code: ETIMEDOUT)
            }
            var code: Int32 = 0
            var length = socklen_t(MemoryLayout<Int32>.size)
            guard unsafe getsockopt(number, SOL_SOCKET, SO_ERROR, &code, &length) == 0 else {
                throw .last("getsockopt", "")
            }
            guard code == 0 else { throw SystemError(call: "connect", path: "", code: code) }
        }
        var on: Int32 = 1
        // Without it small messages wait for the far end's delayed acknowledgement: slower, but not wrong.
        _ = unsafe setsockopt(
            number, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        return descriptor
    }
}
