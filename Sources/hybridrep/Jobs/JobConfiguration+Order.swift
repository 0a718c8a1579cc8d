/// Which jobs of a configuration are run, and when.
extension JobConfiguration {
    /// False for a job that has to be given what it reads.
    var runsByItself: Bool { if case .standardInput = source.kind { false } else { true } }

    /// The numbers of jobs in the order in which they are run: those of a higher priority first, else as they are given.
    static func order(of jobs: [JobConfiguration]) -> [Int] {
        jobs.indices.sorted {
            let (one, other) = (jobs[$0].priority.value, jobs[$1].priority.value)
            return one == other ? $0 < $1 : one > other
        }
    }
}
