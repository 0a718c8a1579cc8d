internal import Dispatch
internal import Glibc
internal import Synchronization

/// The wish of a person or the system that the program ends: SIGINT or SIGTERM.
///
/// Long work asks for it between its steps and ends in good order. What takes longer than the grace is ended where it is,
/// which every file and store survives as it survives a power cut; a second signal ends it at once.
@safe package enum Interruption {
    private static let received = Atomic<Int32>(0)
    /// The end of a pipe that a handler may write to.
    private static let wakeUp = Atomic<Int32>(-1)

    /// The first signal that came; nil while none has.
    package static var signal: Int32? {
        let number = received.load(ordering: .relaxed)
        return number == 0 ? nil : number
    }

    /// True when it was SIGINT, as from a keyboard.
    package static var isFromKeyboard: Bool { signal == SIGINT }

    /// Begins to listen; once in a program.
    ///
    /// - Parameter graceMilliseconds: How long the program has to end by itself, with 128 and the signal's number.
    package static func watch(graceMilliseconds: Int) {
        var ends: [Int32] = [-1, -1]
        guard unsafe ends.withUnsafeMutableBufferPointer({ unsafe pipe($0.baseAddress) }) == 0 else { return }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let asleep = ends[0]
        wakeUp.store(ends[1], ordering: .relaxed)
        DispatchQueue(label: "hybridrep.interruption").async {
            var byte: UInt8 = 0
            while unsafe Glibc.read(asleep, &byte, 1) != 1 {}
            SystemClock().sleep(milliseconds: graceMilliseconds)
            _exit(128 + (signal ?? SIGTERM))
        }
        // Whoever started this program from a thread that blocks signals has passed that on.
        var wanted = sigset_t()
        unsafe sigemptyset(&wanted)
        for number in [SIGINT, SIGTERM] {
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
