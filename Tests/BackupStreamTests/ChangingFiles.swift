import Platform
import TestSupport

/// The host's files, one of which is changed by somebody else after it was read to its end.
struct ChangingFiles: FileSystemDecorator {
    enum Change: CaseIterable { case grown, shrunk, rewritten, replaced }

    let base: any FileSystem = HostFileSystem()
    private let victim: String
    private let change: Change

    init(_ victim: String, _ change: Change) {
        self.victim = victim
        self.change = change
    }

    func open(_ path: String, _ mode: OpenMode) throws(SystemError) -> any OpenFile {
        let file = try base.open(path, mode)
        return path == victim ? ChangingFile(file) { () throws(SystemError) in try strike() } : file
    }

    private func strike() throws(SystemError) {
        let length = try base.status(victim)?.length ?? 0
        switch change {
        case .grown: try base.open(victim, .update).write([1].span, at: length)
        case .shrunk: try base.open(victim, .update).truncate(to: length - 1)
        case .rewritten: try base.open(victim, .update).write([9, 9].span, at: 100)
        case .replaced:
            let copy = try base.open(victim, .read).bytes(at: 0, count: length)
            try base.open(victim + ".new", .create).write(copy.span, at: 0)
            try base.rename(victim + ".new", to: victim)
        }
    }
}

/// Calls `strike` once, after its first piece beyond the headers was read.
private final class ChangingFile: OpenFileDecorator {
    let base: any OpenFile
    private var strike: (() throws(SystemError) -> Void)?

    init(_ file: any OpenFile, _ strike: @escaping () throws(SystemError) -> Void) {
        base = file
        self.strike = strike
    }

    func read(into target: inout MutableSpan<UInt8>, at offset: Int) throws(SystemError) -> Int {
        let got = try base.read(into: &target, at: offset)
        if offset > 0, let strike {
            self.strike = nil
            try strike()
        }
        return got
    }
}
