internal import Glibc

/// A file that several programs append lines to; each line is one write, so that none is torn.
package final class AppendedFile: Sendable {
    private let path: String
    private let descriptor: OwnedDescriptor

    /// Opens the file, making it with mode 0600 where it is not there.
    ///
    /// A link is not followed: a user who may write into its folder could have it name anything.
    ///
    /// - Throws: ``SystemError/notRegular(_:)`` for a FIFO, a socket or a device.
    package init(_ path: String) throws(SystemError) {
        self.path = path
        descriptor = try OwnedDescriptor(
            openingFile: path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW, permissions: 0o600)
    }

    package func append(line: String) throws(SystemError) {
        do throws(SystemError) { _ = try descriptor.write(Array((line + "\n").utf8).span) } catch {
            throw SystemError(call: error.call, path: path, code: error.code)
        }
    }
}
