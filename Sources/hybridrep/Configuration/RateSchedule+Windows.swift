internal import Platform

/// `limit-rate: {"08:00-18:00": 5M, "18:00-08:00": none}`: times of day in UTC.
extension RateSchedule {
    init(windows value: YAMLValue) throws(ConfigurationError) {
        let entries = try value.entries()
        var windows: [Window] = []
        for entry in entries {
            guard var window = Window(entry.name.text, bytesPerSecond: nil) else {
                throw entry.name.error("expected a time of day in UTC such as 08:00-18:00")
            }
            window.bytesPerSecond = try entry.value.scalar().byteRate()?.bytesPerSecond
            windows.append(window)
        }
        do throws(Mistake) { try self.init(windows) } catch {
            switch error {
            case .overlap(let first, let second):
                throw entries[second].name.error("overlaps \(entries[first].name.text)")
            case .gap(let minute):
                throw value.error(
                    "no rate is given from \(Window.time(minute)) on",
                    hint: "the windows must cover the whole day; none is a rate too")
            }
        }
    }
}

extension RateSchedule.Window {
    var rateText: String { bytesPerSecond.map { ByteRate(bytesPerSecond: $0).description } ?? "none" }

    var rateJSON: JSONValue { bytesPerSecond.map { .integer($0) } ?? .null }
}
