/// How many bytes a second may pass, by the time of day.
package struct RateSchedule: Equatable, Sendable {
    package static let minutesPerDay = 24 * 60

    /// Part of a day, in UTC; one that ends before it begins continues after midnight, one that ends where it begins is
    /// the whole day.
    package struct Window: Equatable, Sendable {
        /// Minutes since midnight.
        package let start: Int
        package let end: Int
        /// Nil for no limit.
        package var bytesPerSecond: Int?

        package init(start: Int, end: Int, bytesPerSecond: Int?) {
            self.start = start
            self.end = end
            self.bytesPerSecond = bytesPerSecond
        }

        package var length: Int {
            let minutes = (end - start + minutesPerDay) % minutesPerDay
            return minutes == 0 ? minutesPerDay : minutes
        }

        package func contains(_ minute: Int) -> Bool {
            (minute - start + minutesPerDay) % minutesPerDay < length
        }
    }

    /// Why windows do not make a day.
    package enum Mistake: Error, Equatable, Sendable {
        /// Two windows, by their places in the list.
        case overlap(Int, Int)
        /// The first minute that no window has.
        case gap(minute: Int)
    }

    package let windows: [Window]

    /// The same all day.
    package init(bytesPerSecond: Int) {
        windows = [Window(start: 0, end: 0, bytesPerSecond: bytesPerSecond)]
    }

    /// Windows that have every minute of a day once.
    package init(_ windows: [Window]) throws(Mistake) {
        for (second, window) in windows.enumerated() {
            let other = windows[..<second].firstIndex {
                $0.contains(window.start) || window.contains($0.start)
            }
            if let other { throw .overlap(other, second) }
        }
        // What no window has begins where one ends.
        let ends = windows.map { $0.end % Self.minutesPerDay }
        let gap = (windows.isEmpty ? [0] : ends).first { end in !windows.contains { $0.contains(end) } }
        if let gap { throw .gap(minute: gap) }
        self.windows = windows
    }

    /// Returns the rate at `time`; nil for no limit.
    package func bytesPerSecond(at time: Timestamp) -> Int? {
        let nanosecondsPerDay: Int64 = 86_400_000_000_000
        let rest = time.nanoseconds % nanosecondsPerDay
        let sinceMidnight = rest < 0 ? rest + nanosecondsPerDay : rest
        let minute = Int(sinceMidnight / 60_000_000_000)
        return windows.first { $0.contains(minute) }?.bytesPerSecond
    }
}

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
