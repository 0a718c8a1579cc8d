internal import Platform

extension FuzzTarget {
    static let rates: [FuzzTarget] = [
        text("rate-window", "08:00-18:00", "18:00-24:00", "00:00-00:00") { text in
            guard let window = RateSchedule.Window(text, bytesPerSecond: 1) else { return }
            let minutes = 0..<RateSchedule.minutesPerDay
            precondition(minutes.contains(window.start) && minutes.contains(window.end))
            precondition(
                RateSchedule.Window(window.name, bytesPerSecond: 1) == window, "a window reads back")
            precondition(window.name == text || text.contains("24:00"), "one way to write it")
        },
        // Windows of four bytes each; the table has how many of them each minute is in.
        FuzzTarget("rate-schedule", seeds: { scheduleSeeds }) { bytes in
            var input = FuzzInput(bytes)
            var windows: [RateSchedule.Window] = []
            while !input.isAtEnd, windows.count < 24 {
                let (start, end) = (minute(&input), minute(&input))
                windows.append(.init(start: start, end: end, bytesPerSecond: windows.count))
            }
            checkDay(windows)
        },
    ]

    private static func minute(_ input: inout FuzzInput) -> Int {
        (Int(input.byte()) << 8 | Int(input.byte())) % RateSchedule.minutesPerDay
    }

    /// A schedule is what a table of the day's minutes says.
    private static func checkDay(_ windows: [RateSchedule.Window]) {
        let minutesPerDay = RateSchedule.minutesPerDay
        var owners = [[Int]](repeating: [], count: minutesPerDay)
        for (index, window) in windows.enumerated() {
            var minute = window.start
            repeat {
                owners[minute].append(index)
                minute = (minute + 1) % minutesPerDay
            } while minute != window.end
        }
        do throws(RateSchedule.Mistake) {
            let schedule = try RateSchedule(windows)
            for (minute, owners) in owners.enumerated() {
                precondition(owners.count == 1, "each minute is in one window")
                for day in [0, -1, 20_000] {
                    let seconds = Int64(day * minutesPerDay + minute) * 60
                    for time in [Timestamp(seconds: seconds), Timestamp(seconds: seconds + 59)] {
                        precondition(schedule.bytesPerSecond(at: time) == owners[0])
                    }
                }
            }
        } catch {
            switch error {
            case .overlap(let first, let second):
                precondition(first < second)
                precondition(owners.contains { $0.contains(first) && $0.contains(second) }, "both have it")
            case .gap(let minute):
                precondition(owners[minute].isEmpty && !owners.contains { $0.count > 1 })
                precondition(windows.isEmpty || !owners[(minute + minutesPerDay - 1) % minutesPerDay].isEmpty)
            }
        }
    }

    private static var scheduleSeeds: [[UInt8]] {
        [
            [], [480, 1080], [480, 1080, 1080, 480], [1380, 300, 300, 1379], [0, 0],
            [0, 1, 1, 1439, 1439, 0],
        ]
        .map { minutes in minutes.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] } }
    }
}
