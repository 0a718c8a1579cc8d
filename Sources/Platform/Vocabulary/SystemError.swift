internal import Glibc

/// A failed system call.
///
/// Reads as `fsync /data/x.partial: No space left on device`.
package struct SystemError: Error, Equatable, Sendable, CustomStringConvertible {
    package let call: String
    package let path: String
    package let code: Int32

    package init(call: String, path: String, code: Int32) {
        self.call = call
        self.path = path
        self.code = code
    }

    /// Captures `errno`; call it before anything else can change it.
    static func last(_ call: String, _ path: String) -> Self { Self(call: call, path: path, code: errno) }

    /// The file ended before all bytes asked for were read.
    package static func endOfFile(_ path: String, at offset: Int) -> Self {
        Self(call: "read past byte \(offset) of", path: path, code: ENODATA)
    }

    /// The file is larger than its kind may be.
    package static func tooLarge(_ path: String) -> Self { Self(call: "read", path: path, code: EFBIG) }

    /// The name is that of a FIFO, a socket or a device, which is never read as a file.
    package static func notRegular(_ path: String) -> Self { Self(call: "open", path: path, code: ESPIPE) }

    package static let interruptedCode = EINTR
    package static let existsCode = EEXIST
    package static let notFoundCode = ENOENT
    package var isNotRegular: Bool { code == ESPIPE }
    package var isEndOfFile: Bool { code == ENODATA }
    package var isNotFound: Bool { code == ENOENT || code == ENOTDIR }
    package var isNoSpace: Bool { code == ENOSPC || code == EDQUOT }
    /// A folder is where a file was meant.
    package var isFolder: Bool { code == EISDIR }
    /// The disk could not read or write.
    package var isInputOutput: Bool { code == EIO }
    package var isDenied: Bool { code == EACCES || code == EPERM || code == EROFS }
    /// The file system has no hard links.
    package var lacksHardLinks: Bool {
        call == "link" && [EPERM, EOPNOTSUPP, ENOSYS].contains(code)
    }
    /// The file system is read-only.
    package var isReadOnly: Bool { code == EROFS }
    /// This process or host has too little memory or too few descriptors; says nothing about the file.
    package var lacksResources: Bool { [EMFILE, ENFILE, ENOMEM, ENOBUFS].contains(code) }
    /// Because of whose it is, or of its mode.
    package var isForbidden: Bool { code == EACCES || code == EPERM }
    package var isUnsupported: Bool {
        code == EOPNOTSUPP || code == EXDEV || code == EINVAL || code == ENOTTY
    }

    package var description: String {
        // The system's words for this one are "Illegal seek".
        let reason = unsafe isNotRegular ? "not a regular file" : String(cString: strerror(code))
        return path.isEmpty ? "\(call): \(reason)" : "\(call) \(path): \(reason)"
    }
}
