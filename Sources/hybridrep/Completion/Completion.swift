internal import ArgumentParser
internal import DeltaSync
internal import OffsiteStore
internal import Platform
internal import StoreFormat

/// Words that a shell offers for an argument.
///
/// They come from the configuration, from this host's state and from stores in folders of this host: a key that is
/// pressed by mistake connects to nobody. Whatever goes wrong, there are just no words.
struct Completion {
    /// Newest points that are offered.
    private static let mostPoints = 50
    /// A folder of a disk that does not answer ends the program, which prints nothing then.
    private static let mostSeconds = 2

    static let jobs = CompletionKind.custom { words, _, _ in Completion(words).jobs }
    static let targets = CompletionKind.custom { words, _, _ in Completion(words).targets }
    static let points = CompletionKind.custom { words, _, _ in Completion(words).points }

    static let jobAndPoint = CompletionKind.custom { words, at, _ in
        let completion = Completion(Array(words.prefix(at)))
        return completion.job == nil ? completion.jobs : completion.points
    }

    private let words: [String]
    private let files = HostFileSystem()

    /// - Parameter words: Those of the command line, as the shell has them.
    init(_ words: [String]) {
        self.words = words.map(Self.plain)
        Interruption.exitQuietly(afterSeconds: Self.mostSeconds)
    }

    private var configuration: Configuration? {
        let file = ConfigurationFile(files: files, environment: HostEnvironment())
        return try? file.load(option: value(of: "--config"), overrides: [:])
    }

    private var jobs: [String] {
        guard let store = value(of: "--store") else {
            return configuration?.jobs.map(\.name.description) ?? []
        }
        guard Self.isFolder(store) else { return [] }
        return ((try? files.list(store + "/jobs")) ?? []).compactMap { Name($0)?.description }
    }

    private var targets: [String] { configuration?.targets.map(\.name.description) ?? [] }

    /// The newest ones, by number, and what stands for the newest good one.
    private var points: [String] {
        guard let job else { return [] }
        let numbers = folders(of: job).lazy.map { generations(in: $0, job) }.first { !$0.isEmpty }
        return ["latest"] + (numbers ?? remembered(job)).suffix(Self.mostPoints).map(String.init)
    }

    /// The job that the command line names.
    private var job: Name? {
        if let named = value(of: "--job") { return Name(named) }
        let known = Set(jobs)
        return words.first(where: known.contains).flatMap { Name($0) }
    }

    /// Folders of this host that are stores which the command may mean.
    private func folders(of job: Name) -> [String] {
        if let store = value(of: "--store") { return Self.isFolder(store) ? [store] : [] }
        guard let configuration, let found = try? configuration.job("\(job)") else { return [] }
        let asked = value(of: "--target")
        return found.targets.value.filter { asked == nil || asked == $0.description }.compactMap { name in
            guard case .directory(let folder) = try? configuration.target(name.description).kind else {
                return nil
            }
            return folder.value
        }
    }

    private func generations(in store: String, _ job: Name) -> [UInt64] {
        let names = (try? files.list("\(store)/jobs/\(job)/\(ObjectKind.point.folder)")) ?? []
        return names.compactMap { ObjectKind.point.key(fileName: $0, job: job)?.generation }.sorted()
    }

    /// The newest point that this host has shipped.
    private func remembered(_ job: Name) -> [UInt64] {
        guard let configuration, let found = try? configuration.job("\(job)") else { return [] }
        let state = JobState(folder: configuration.state.value, job: job, files: files)
        return Set(found.targets.value.compactMap { state.target($0)?.generation }).sorted()
    }

    private static func isFolder(_ store: String) -> Bool { !store.contains("://") }

    /// The value of an option, as in `--store X` or `--store=X`.
    private func value(of option: String) -> String? {
        if let joined = words.last(where: { $0.hasPrefix(option + "=") }) {
            return String(joined.dropFirst(option.count + 1))
        }
        guard let at = words.lastIndex(of: option), at + 1 < words.count, !words[at + 1].isEmpty else {
            return nil
        }
        return words[at + 1]
    }

    /// A word without the quotes that a shell leaves around it.
    private static func plain(_ word: String) -> String {
        guard word.count > 1, let first = word.first, first == word.last, first == "'" || first == "\"" else {
            return word
        }
        return String(word.dropFirst().dropLast())
    }
}
