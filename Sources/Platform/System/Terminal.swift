internal import CLinux
internal import Glibc

/// A terminal behind one of the standard streams.
package struct Terminal: Sendable {
    private let descriptor: Int32

    /// Nil when the stream is a file, a pipe, or closed.
    package init?(_ stream: StandardStream) {
        guard isatty(stream.descriptor) == 1 else { return nil }
        descriptor = stream.descriptor
    }

    /// Width in columns, asked anew each time because windows change; 80 where the terminal does not know.
    package var columns: Int {
        let found = Int(clinux_terminal_columns(descriptor))
        return found > 0 ? found : 80
    }
}
