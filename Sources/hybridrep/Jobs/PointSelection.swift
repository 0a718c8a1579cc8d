internal import OffsiteStore
internal import Platform
internal import StoreFormat

/// Which point a user means: `latest`, a generation, an id, or the newest at a time.
enum PointSelection: Equatable {
    case latest
    case generation(UInt64)
    /// `42-20261122T020004Z`.
    case id(UInt64, String)
    case at(Timestamp)
    /// Any good point, chosen by this number.
    case random(UInt64)

    /// `--at`: RFC 3339, or how long ago, as in `3h`.
    init(at text: String, now: Timestamp) throws {
        if let time = Timestamp(rfc3339: text) {
            self = .at(time)
        } else if let ago = TimeSpan(text) {
            self = .at(Timestamp(seconds: now.seconds - Int64(ago.seconds)))
        } else {
            throw CommandFailure(
                .usage, "--at \(text) is not a time", hint: "as in 2026-11-22T02:00:00Z, 3h or 2d")
        }
    }

    init(_ text: String) throws {
        if text == "latest" {
            self = .latest
        } else if let generation = UInt64(text), generation > 0 {
            self = .generation(generation)
        } else if let dash = text.firstIndex(of: "-"), let generation = UInt64(text[..<dash]), generation > 0
        {
            self = .id(generation, text)
        } else {
            throw CommandFailure(
                .usage, "\(text) is not a point",
                hint: "a point is latest, a generation such as 42, or its id")
        }
    }

    func find(_ repository: Repository) throws -> StoredPoint {
        let missing = "job \(repository.job.name) has no"
        let hint = "see what is there with: hybridrep list \(repository.job.name)"
        switch self {
        case .latest:
            if let found = try repository.latest() { return found }
            throw try nothingGood(repository, "\(missing) good point", hint)
        case .at(let time):
            if let found = try repository.newest(at: time) { return found }
            throw try nothingGood(repository, "\(missing) good point from \(time) or before", hint)
        case .random(let seed):
            var left = try repository.generations()
            while !left.isEmpty {
                let generation = left.remove(at: Int(seed % UInt64(left.count)))
                if let found = try repository.undamaged(generation), try repository.isGood(found) {
                    return found
                }
            }
            throw try nothingGood(repository, "\(missing) good point", hint)
        case .generation(let generation), .id(let generation, _):
            guard try repository.generations().contains(generation) else {
                throw CommandFailure(.notFound, "\(missing) point \(generation)", hint: hint)
            }
            let found = try repository.point(generation)
            if case .id(_, let id) = self, found.point.id != id {
                throw CommandFailure(
                    .notFound, "\(missing) point \(id): \(generation) is \(found.point.id)", hint: hint)
            }
            return found
        }
    }

    /// A store that has lost what its points need is not one that never had any: 22, and which point is damaged.
    private func nothingGood(_ repository: Repository, _ text: String, _ hint: String) throws
        -> CommandFailure
    {
        for generation in try repository.generations().reversed() {
            guard let found = try repository.undamaged(generation) else {
                return CommandFailure(
                    .verification, "\(text): point \(generation) cannot be read, it is damaged", hint: hint)
            }
            if case .damaged = try repository.health(of: found) {
                return CommandFailure(
                    .verification, "\(text): point \(found.point.id) is damaged", hint: hint)
            }
        }
        return CommandFailure(.notFound, text, hint: hint)
    }
}
