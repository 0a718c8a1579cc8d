extension RateSchedule.Window {
    /// The two ends as a configuration has them, `08:00-18:00`; 24:00 is the midnight at the end of a day.
    package init?(_ text: String, bytesPerSecond: Int?) {
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map(Self.minute)
        guard ends.count == 2, let start = ends[0], let end = ends[1] else { return nil }
        self.init(start: start, end: end, bytesPerSecond: bytesPerSecond)
    }

    private static func minute(_ text: Substring) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        let isPlain = parts.allSatisfy {
            $0.utf8.count == 2 && $0.utf8.allSatisfy { (0x30...0x39).contains($0) }
        }
        guard parts.count == 2, isPlain, let hour = Int(parts[0]), let minute = Int(parts[1]), minute < 60,
            hour * 60 + minute <= RateSchedule.minutesPerDay
        else { return nil }
        return (hour * 60 + minute) % RateSchedule.minutesPerDay
    }

    /// The same text again.
    package var name: String { Self.time(start) + "-" + Self.time(end) }

    /// `18:00`, from minutes since midnight.
    package static func time(_ minute: Int) -> String {
        func two(_ number: Int) -> String { (number < 10 ? "0" : "") + String(number) }
        return two(minute / 60) + ":" + two(minute % 60)
    }
}
