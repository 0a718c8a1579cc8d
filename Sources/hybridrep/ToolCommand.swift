internal import ArgumentParser

/// A verb of the command line.
///
/// ``Hybridrep`` parses it, gives it a ``Session``, prints what it throws, and exits with its verdict.
protocol ToolCommand: ParsableCommand {
    var options: GlobalOptions { get }

    /// What messages name: the command's words and the jobs it was asked about, as in `run mdb01`.
    var subject: String { get }

    /// Does the work.
    ///
    /// - Throws: ``CommandFailure``, or any error whose description is complete by itself.
    func perform(_ session: Session) throws -> Verdict
}
