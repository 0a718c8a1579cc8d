internal import Dispatch
internal import Glibc
internal import Synchronization

/// The wish that the program ends: of a person (SIGINT), of the system (SIGTERM), or of its own deadline (SIGALRM).
///
/// Long work asks for it between its steps and ends in good order. What takes longer than the grace is ended where it is,
/// which every file and store survives as it survives a power cut; a second signal ends it at once.
@safe package enum Interruption {
    private static let received = Atomic<Int32>(0)
    /// The end of a pipe that a handler may write to.
    private static let wakeUp = Atomic<Int32>(-1)

    /// The origin of the interruption.
    package enum Cause: Sendable { case keyboard, system, deadline }

    /// The first cause; nil if there is none yet.
    package static var cause: Cause? {
        switch received.load(ordering: .relaxed) {
        case 0: nil
        case SIGINT: .keyboard
        case SIGALRM: .deadline
        default: .system
        }
    }

    /// Wants it when a time has passed, once ``watch(graceMilliseconds:end:)`` listens.
    package static func want(afterSeconds seconds: Int) { _ = alarm(UInt32(clamping: max(1, seconds))) }

    /// Ends the program without a word when a time has passed: for answers that are no longer awaited.
    package static func exitQuietly(afterSeconds seconds: Int) {
        _ = Glibc.signal(SIGALRM) { _ in _exit(0) }
        _ = alarm(UInt32(clamping: max(1, seconds)))
    }

    /// Begins to listen; once in a program.
    ///
    /// - Parameters:
    ///   - graceMilliseconds: How long the program has to end by itself.
    ///   - end: Called when it has not; says so and gives the exit status.
    package static func watch(graceMilliseconds: Int, end: @escaping @Sendable (Cause) -> Int32) {
        var ends: [Int32] = [-1, -1]
        guard unsafe ends.withUnsafeMutableBufferPointer({ unsafe pipe($0.baseAddress) }) == 0 else { return }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let asleep = ends[0]
        wakeUp.store(ends[1], ordering: .relaxed)
        DispatchQueue(label: "hybridrep.interruption").async {
            var byte: UInt8 = 0
            while unsafe Glibc.read(asleep, &byte, 1) != 1 {}
            SystemClock().sleep(milliseconds: graceMilliseconds)
            _exit(end(cause ?? .system))
        }
        // Whoever started this program from a thread that blocks signals has passed that on.
        var wanted = sigset_t()
        unsafe sigemptyset(&wanted)
        for number in [SIGINT, SIGTERM, SIGALRM] {
            unsafe sigaddset(&wanted, number)
            _ = Glibc.signal(number) { number in
                let (isFirst, _) = Interruption.received.compareExchange(
                    expected: 0, desired: number, ordering: .relaxed)
                guard isFirst else { _exit(128 + number) }
                var byte: UInt8 = 0
                _ = unsafe write(Interruption.wakeUp.load(ordering: .relaxed), &byte, 1)
            }
        }
        _ = unsafe pthread_sigmask(SIG_UNBLOCK, &wanted, nil)
    }
}

/// Makes a write to a closed pipe or socket an error (`EPIPE`) instead of the end of this program.
///
/// Process-wide, and harmless to repeat: `main` calls it, and every transport makes sure. Programs started by
/// `ChildProcess` get the default action back.
package func ignoreBrokenPipes() {
    _ = signal(SIGPIPE, SIG_IGN)
}
