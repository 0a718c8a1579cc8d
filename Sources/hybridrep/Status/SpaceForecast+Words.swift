internal import Platform
internal import Verify

extension SpaceForecast {
    /// Nil where the room does not end, or nobody can tell.
    var daysLeft: Int? {
        switch outlook {
        case .days(let days), .daysAtLeast(let days): days
        case .endless, .noHistory, .noSize: nil
        }
    }

    /// A word for a table; what is not known is not `never`.
    var word: String {
        switch outlook {
        case .days(let days): "\(days) d"
        case .daysAtLeast(let days): ">\(days) d"
        case .endless: ">100 y"
        case .noHistory, .noSize: "?"
        }
    }

    /// What is to be expected, or why nobody can tell.
    var sentence: String {
        let free = "\(HumanQuantity.bytes(space.availableBytes)) free"
        let rate = "\(HumanQuantity.bytes(bytesPerDay ?? 0)) a day"
        return switch outlook {
        case .days(let days): "\(free), \(Self.text(days)) at \(rate)"
        case .daysAtLeast(let days):
            "\(free), at least \(Self.text(days)) at \(rate), more with what is collected of forgotten points"
        case .endless: "\(free), for a century at \(rate)"
        case .noHistory: "\(free); too few points for a forecast"
        case .noSize: "the file system does not report its size: no forecast"
        }
    }

    static func text(_ days: Int) -> String { days == 1 ? "1 day" : "\(days) days" }
}
