internal import ArgumentParser
internal import Platform

/// A verb of the command line.
///
/// ``Hybridrep`` parses it, gives it a ``CommandContext``, prints what it throws, and exits with its verdict.
protocol ToolCommand: ParsableCommand {
    var options: GlobalOptions { get }

    /// What messages name: the command's words and the jobs it was asked about, as in `run mdb01`.
    var subject: String { get }

    /// The words that named a store without configuration; empty where a configuration names it.
    var storeWords: [String] { get }

    /// Does the work.
    ///
    /// - Throws: ``CommandFailure``, or any error whose description is complete by itself.
    func perform(_ session: CommandContext) throws -> ExitStatus
}

extension ToolCommand {
    var storeWords: [String] { [] }

    /// The job that the command is about, as its subject names it.
    var jobNamed: Name? {
        let words = subject.split(separator: " ")
        return words.count > 1 ? Name(String(words[1])) : nil
    }
}
