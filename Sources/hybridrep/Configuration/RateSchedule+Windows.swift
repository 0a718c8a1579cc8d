internal import Platform

/// `limit-rate: {"08:00-18:00": 5M, "18:00-08:00": none}`: times of day in UTC.
extension RateSchedule {
    init(windows value: YAMLValue) throws(ConfigurationError) {
        let entries = try value.entries()
        var windows: [Window] = []
        for entry in entries {
            guard let (start, end) = Self.minutes(entry.name.text) else {
                throw entry.name.error("expected a time of day in UTC such as 08:00-18:00")
            }
            let rate = try entry.value.scalar().byteRate()
            windows.append(Window(start: start, end: end, bytesPerSecond: rate?.bytesPerSecond))
        }
        do throws(Mistake) { try self.init(windows) } catch {
            switch error {
            case .overlap(let first, let second):
                throw entries[second].name.error("overlaps \(entries[first].name.text)")
            case .gap(let minute):
                throw value.error(
                    "no rate is given from \(Window.time(minute)) on",
                    hint: "the windows must have all of the day; none is a rate, too")
            }
        }
    }

    /// The two ends of `08:00-18:00`, in minutes.
    private static func minutes(_ text: String) -> (Int, Int)? {
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { end -> Int? in
            let parts = end.split(separator: ":", omittingEmptySubsequences: false)
            let isPlain = parts.allSatisfy {
                $0.utf8.count == 2 && $0.utf8.allSatisfy { (0x30...0x39).contains($0) }
            }
            guard parts.count == 2, isPlain, let hour = Int(parts[0]), let minute = Int(parts[1]),
                minute < 60,
                hour * 60 + minute <= minutesPerDay
            else { return nil }
            return (hour * 60 + minute) % minutesPerDay
        }
        guard ends.count == 2, let start = ends[0], let end = ends[1] else { return nil }
        return (start, end)
    }
}

extension RateSchedule.Window {
    /// As the file has it.
    var name: String { Self.time(start) + "-" + Self.time(end) }
    var rateText: String { bytesPerSecond.map { ByteRate(bytesPerSecond: $0).description } ?? "none" }

    var rateJSON: JSONValue { bytesPerSecond.map { .integer($0) } ?? .null }

    static func time(_ minute: Int) -> String {
        func two(_ number: Int) -> String { (number < 10 ? "0" : "") + String(number) }
        return two(minute / 60) + ":" + two(minute % 60)
    }
}
