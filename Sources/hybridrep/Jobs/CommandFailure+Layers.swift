internal import BackupStream
internal import Image
internal import OffsiteStore
internal import Platform
internal import Restore

extension CommandFailure {
    /// A store operation: the kind decides the verdict (CONVENTIONS, Verdicts).
    init(_ error: StoreError) {
        guard error.kind != .interrupted else {
            self.init(interrupted: error.detail, hint: error.hint)
            return
        }
        let verdict: ExitStatus =
            switch error.kind {
            case .notFound: .notFound
            case .locked: .locked
            case .authentication: .authentication
            case .unreachable: .transport
            case .corrupt: .verification
            case .noSpace: .noSpace
            case .refused: .refused
            case .interrupted: .terminated
            case .failed: error.isDamage ? .verification : .failure
            case .denied, .exists, .incompatible: .failure
            }
        self.init(verdict, error.description, hint: error.hint)
    }

    init(_ error: SyncError) {
        switch error {
        case .store(let error): self.init(error)
        case .system(let error): self.init(error)
        case .image(.system(let error)): self.init(error)
        case .imageChanged: self.init(.source, error.description, hint: error.hint)
        case .damaged, .fullDamaged, .unbounded: self.init(.verification, error.description, hint: error.hint)
        case .fullMissing: self.init(.failure, error.description, hint: error.hint)
        case .wrongStore: self.init(.notFound, error.description, hint: error.hint)
        case .interrupted: self.init(interrupted: error.description, hint: error.hint)
        case .noSpace: self.init(.noSpace, error.description, hint: error.hint)
        case .busy: self.init(.locked, error.description, hint: error.hint)
        case .exists, .notAFile, .unfinished: self.init(.usage, error.description, hint: error.hint)
        case .image, .compression: self.init(.failure, error.description, hint: error.hint)
        }
    }

    /// What has ended because it was told to.
    private init(interrupted description: String, hint: String?) {
        let cause = Interruption.cause ?? .system
        let why = cause == .deadline ? ": its deadline has passed" : ""
        self.init(ExitStatus(cause), description + why, hint: hint)
    }

    init(_ error: BackupError) {
        guard error.kind != .interrupted else {
            self.init(interrupted: error.description, hint: error.hint)
            return
        }
        self.init(ExitStatus(rawValue: error.exitCode) ?? .failure, error.description, hint: error.hint)
    }

    init(_ error: TarError) {
        if case .system(let error) = error {
            self.init(error)
        } else {
            self.init(.verification, error.description, hint: error.hint)
        }
    }
}
