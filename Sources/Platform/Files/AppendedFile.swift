internal import Glibc

/// A file that several programs append lines to; each line is one write, so that none is torn.
package final class AppendedFile: Sendable {
    private let path: String
    private let descriptor: OwnedDescriptor

    /// Opens the file, making it with mode 0600 where it is not there.
    package init(_ path: String) throws(SystemError) {
        let number = unsafe open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
        guard number >= 0 else { throw .last("open", path) }
        self.path = path
        descriptor = OwnedDescriptor(number)
    }

    package func append(line: String) throws(SystemError) {
        do throws(SystemError) { _ = try descriptor.write(Array((line + "\n").utf8).span) } catch {
            throw SystemError(call: error.call, path: path, code: error.code)
        }
    }
}
