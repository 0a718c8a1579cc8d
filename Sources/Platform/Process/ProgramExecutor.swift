internal import Glibc
internal import Synchronization

/// One thread that runs the asynchronous work of starting and reaping programs.
///
/// Our callers block while they wait for a program, and may do so on threads of Swift's shared pool; work that
/// they wait for must therefore never need a thread of that pool.
@safe final class ProgramExecutor: TaskExecutor {
    static let shared = ProgramExecutor()

    private let jobs = Mutex<[UnownedJob]>([])
    /// Counts the jobs in the list.
    ///
    /// `nonisolated(unsafe)`: set once in `init`, and semaphores are thread-safe.
    private nonisolated(unsafe) let available: UnsafeMutablePointer<sem_t>

    private init() {
        unsafe available = .allocate(capacity: 1)
        unsafe sem_init(available, 0, 0)
        // The shared executor lives as long as the process, so the thread is never joined.
        var thread = pthread_t()
        let started = unsafe pthread_create(
            &thread, nil,
            { _ in
                ProgramExecutor.shared.run()
                return nil
            }, nil)
        precondition(started == 0, "cannot start a thread")
        pthread_detach(thread)
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        jobs.withLock { $0.append(job) }
        unsafe sem_post(available)
    }

    private func run() {
        while true {
            while unsafe sem_wait(available) != 0 {}
            let job = jobs.withLock { $0.removeFirst() }
            unsafe job.runSynchronously(on: asUnownedTaskExecutor())
        }
    }
}
