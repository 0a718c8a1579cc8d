internal import Glibc

/// The journal of systemd, as the reader of one of our streams.
package enum JournalStream {
    /// Whether what is written to `stream` goes to the journal: `JOURNAL_STREAM` has its device and inode.
    package static func takes(_ stream: StandardStream, _ environment: HostEnvironment) -> Bool {
        guard let named = environment.value("JOURNAL_STREAM") else { return false }
        var status = stat()
        guard unsafe fstat(stream.descriptor, &status) == 0 else { return false }
        return named == "\(status.st_dev):\(status.st_ino)"
    }
}
