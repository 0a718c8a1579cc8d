/// Why a run takes a full although the job takes log points between fulls.
package enum FullReason: Error, Equatable, Sendable, CustomStringConvertible {
    case none
    case asked
    case due(ageSeconds: Int)
    /// The newest full is newer than now: the clock was set back.
    case clockSetBack
    /// The newest full was accepted with damage or loss, or has suspect pages.
    case unsound
    case databaseAdded(String)
    case databaseGone(String)
    /// Under the same name stands another database, an older copy of it, or the same one after a repair.
    case databaseReplaced(String)
    case logSignatureChanged(String)
    /// Logs that the full needs to be brought forward, in words.
    case logs(String, isCircular: Bool)

    package var description: String {
        switch self {
        case .none: "there is no full yet that logs could continue"
        case .asked: "a full was asked for"
        case .due(let age): "the last full is \(age / 3600) h \(age % 3600 / 60) min old"
        case .clockSetBack: "the last full is dated in the future"
        case .unsound: "the last full is damaged or suspicious"
        case .databaseAdded(let name): "\(name) is not in the last full"
        case .databaseGone(let name): "\(name) of the last full is gone"
        case .databaseReplaced(let name): "\(name) is not the database of the last full any more"
        case .logSignatureChanged(let name): "\(name) writes another stream of logs since the last full"
        case .logs(let what, let isCircular):
            what + (isCircular ? " (circular logging is on)" : "")
        }
    }
}
