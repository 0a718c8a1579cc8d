internal import Image
internal import Platform
internal import Synchronization

/// Signatures whose digest this process has checked, so that it reads none of them twice from end to end.
///
/// Entries are identified by inode, length and time of change: only the lock's holder writes a spool, and no
/// signature is ever replaced.
final class SignatureCache: Sendable {
    private struct Known {
        let status: FileStatus
        let job: Identifier
        let tail: SignatureTail
    }

    private let known = Mutex<[String: Known]>([:])

    func put(_ signature: Signature, _ status: FileStatus, job: Identifier) {
        let entry = Known(status: status, job: job, tail: signature.tail)
        known.withLock { $0[signature.path] = entry }
    }

    func open(_ path: String, job: Identifier, in files: any FileSystem) throws(ImageError) -> Signature {
        let file: any OpenFile
        let status: FileStatus
        do throws(SystemError) {
            file = try files.open(path, .read)
            status = try file.status()
        } catch { throw .system(error) }
        if let found = known.withLock({ $0[path] }), found.status == status, found.job == job {
            return Signature(file: file, found.tail)
        }
        let opened = try Signature(opening: path, job: job, in: files)
        put(opened, status, job: job)
        return opened
    }
}
