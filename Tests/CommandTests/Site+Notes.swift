import Image
import OffsiteStore
import Platform
import StoreFormat
import TestSupport
import Verify

/// What a test writes into a site's store that no command would in a minute.
extension Site {
    private var directory: LocalStoreService {
        LocalStoreService(
            directory: store, files: HostFileSystem(), clock: SystemClock(), entropy: SystemEntropy())
    }

    /// Keeps a rehearsal of the newest good point that took so long, and restored this share of its bytes.
    func noteRehearsal(seconds: Double, share: Double = 1) throws {
        let repository = try Repository(directory, job: .valid("mdb01"))
        guard let latest = try repository.latest() else { throw NothingThere() }
        var evidence = RehearsalEvidence(latest.point, started: SystemClock().now)
        evidence.restoreSeconds = seconds
        evidence.restoredBytes = Int(Double(latest.point.layout.length) * share)
        evidence.imageDigestMatches = true
        evidence.verdict = evidence.sentence
        try NoteWriter(repository, clock: SystemClock(), maker: "test").rehearsed(
            evidence, of: latest.reference)
    }

    private struct NothingThere: Error {}
}
