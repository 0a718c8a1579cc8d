import OffsiteStore
import Platform
import StoreFormat
import TestSupport
import Testing

@Suite struct RetentionTests {
    private static let day: Int64 = 86_400
    /// 2026-11-01T02:00:00Z.
    private static let start: Int64 = 1_793_498_400

    private static func point(
        _ generation: UInt64, _ seconds: Int64, kind: Point.Kind = .full, full: UInt64? = nil,
        isGood: Bool = true, isDamaged: Bool = false,
        isPinned: Bool = false, made: Int64? = nil
    ) -> RetainedPoint {
        func reference(_ number: UInt64) -> Point.Reference {
            .init(generation: number, digest: digest(of: [UInt8(truncatingIfNeeded: number)]))
        }
        return RetainedPoint(
            reference(generation), kind: kind, full: full.map(reference), isGood: isGood,
            isDamaged: isDamaged, isPinned: isPinned, received: Timestamp(seconds: seconds),
            made: Timestamp(seconds: made ?? seconds))
    }

    private static func nights(_ count: Int) -> [RetainedPoint] {
        (0..<count).map { point(UInt64($0 + 1), start + Int64($0) * day) }
    }

    private static func staying(
        _ policy: KeepPolicy, _ points: [RetainedPoint], _ calendar: CivilCalendar = .utc
    )
        -> [UInt64]
    {
        Retention(policy, calendar: calendar).fates(of: points).filter(\.stays).map(\.point.generation)
    }

    @Test func eachRuleKeepsItsOwnAndSaysSo() {
        var policy = KeepPolicy()
        policy.last = 2
        policy.periods = [.day: 3, .week: 2, .month: 1]
        let fates = Retention(policy).fates(of: Self.nights(20))
        // 2026-11-20 is a Friday, 2026-11-15 a Sunday.
        #expect(fates.filter(\.stays).map(\.point.generation) == [15, 18, 19, 20])
        #expect(fates[14].explanation == "weekly 2026-11-09")
        #expect(
            fates[19].explanation
                == "the newest good point, last, daily 2026-11-20, weekly 2026-11-16, monthly 2026-11")
        #expect(fates[0].explanation == "no rule keeps it")
    }

    // Goal of this test: two hosts that use one job name do not remove each other's points.
    @Test func pointsOfAnotherSourceStayAndHaveNoSay() {
        var policy = KeepPolicy()
        policy.last = 2
        var points = Self.nights(8)
        for number in points.indices {
            points[number].source = number % 2 == 0 ? "file /a on alpha" : "file /b on beta"
        }
        let fates = Retention(policy).fates(of: points)
        #expect(fates.filter(\.stays).map(\.point.generation) == [1, 3, 5, 6, 7, 8])
        #expect(fates[0].explanation == "another source: file /a on alpha")
        // What nobody knows the source of is as before.
        points[7].source = nil
        #expect(Retention(policy).fates(of: points).filter(\.stays).map(\.point.generation) == [7, 8])
    }

    /// Damage takes no place of a good point, and takes nothing away by itself.
    @Test func whatWasFoundDamagedStaysBesideWhatIsGood() {
        var policy = KeepPolicy()
        policy.last = 2
        let points = (1...8).map { Self.point($0, Self.start + Int64($0), isDamaged: $0 > 5 && $0 < 8) }
        #expect(Self.staying(policy, points) == [5, 7, 8])
        let newest = (1...8).map { Self.point($0, Self.start + Int64($0), isDamaged: $0 > 4) }
        #expect(Self.staying(policy, newest) == [3, 4, 5, 6, 7, 8])
        #expect(
            Retention(policy).fates(of: points)[6].explanation == "damaged, and undamaged it would stay: last"
        )
        let all = (1...3).map { Self.point($0, Self.start + Int64($0), isDamaged: true) }
        #expect(Self.staying(policy, all) == [1, 2, 3])
    }

    @Test func withoutARuleOrAGoodPointAllStay() {
        #expect(Self.staying(KeepPolicy(), Self.nights(5)) == [1, 2, 3, 4, 5])
        var policy = KeepPolicy()
        policy.last = 1
        let bad = (1...3).map { Self.point($0, Self.start + Int64($0), isGood: false) }
        #expect(Self.staying(policy, bad) == [1, 2, 3])
    }

    @Test func onlyGoodPointsCountAndWhatIsNewerThanTheNewestStays() {
        var policy = KeepPolicy()
        policy.last = 1
        var points = Self.nights(5)
        points[3] = Self.point(4, points[3].received.seconds, isGood: false)
        points[4] = Self.point(5, points[4].received.seconds, isGood: false)
        points[0] = Self.point(1, points[0].received.seconds, isPinned: true)
        #expect(Self.staying(policy, points) == [1, 3, 4, 5])
    }

    @Test func aFullStaysWhileALogPointThatStaysNeedsIt() {
        var policy = KeepPolicy()
        policy.last = 1
        policy.logs = 3 * Self.day
        let points = [
            Self.point(1, Self.start), Self.point(2, Self.start + Self.day, kind: .logs, full: 1),
            Self.point(3, Self.start + 6 * Self.day, kind: .logs, full: 1),
            Self.point(4, Self.start + 7 * Self.day),
        ]
        let fates = Retention(policy).fates(of: points)
        #expect(fates.map(\.stays) == [true, false, true, true])
        #expect(fates[0].explanation == "log point 3 needs it")
        policy.logs = nil
        #expect(Self.staying(policy, points) == [4])
    }

    @Test func minPointsAndMinAgeAddToTheRules() {
        var policy = KeepPolicy()
        policy.last = 1
        policy.minPoints = 4
        #expect(Self.staying(policy, Self.nights(10)) == [7, 8, 9, 10])
        policy.minPoints = 1
        policy.minAge = 3 * Self.day
        #expect(Self.staying(policy, Self.nights(10)) == [8, 9, 10])
    }

    private static func anyPolicy(_ random: inout SeededGenerator) -> KeepPolicy {
        var policy = KeepPolicy()
        policy.last = Int.random(in: 0...4, using: &random)
        for period in CivilCalendar.Period.allCases {
            policy.periods[period] = Int.random(in: 0...5, using: &random)
        }
        if Bool.random(using: &random) { policy.within = Int64.random(in: 1...20, using: &random) * day }
        policy.minPoints = Int.random(in: 1...3, using: &random)
        return policy
    }

    @Test("what stays stays when it is decided again, and a new point pushes out at most one of each rule")
    func properties() {
        var random = SeededGenerator(seed: 7)
        for _ in 0..<400 {
            let policy = Self.anyPolicy(&random)
            var time = Self.start
            var points: [RetainedPoint] = []
            for generation in 1...UInt64.random(in: 2...60, using: &random) {
                time += Int64.random(in: 600...3 * Self.day, using: &random)
                points.append(
                    Self.point(generation, time, isGood: Int.random(in: 0..<10, using: &random) > 0))
            }
            let stays = Self.staying(policy, points)
            let left = points.filter { stays.contains($0.generation) }
            #expect(Self.staying(policy, left) == stays)
            if !policy.isEmpty, let newest = points.last(where: \.isGood) {
                #expect(stays.contains(newest.generation))
            }
            let more = points + [Self.point(UInt64(points.count + 1), time + Self.day)]
            let lost = Set(stays).subtracting(Self.staying(policy, more))
            // A rule that is full gives up its oldest, or the one of the same period that was newest until now;
            // `within` gives up what a day makes too old.
            let aged = points.filter { $0.received.seconds <= time - (policy.within ?? 0) + Self.day }.count
            let bad = points.filter { !$0.isGood }.count
            #expect(
                lost.count <= CivilCalendar.Period.allCases.count + 3 + (policy.within == nil ? 0 : aged)
                    + bad)
        }
    }

    @Test("days of 23 and of 25 hours are days, in thirty zones from 1970 to 2040")
    func timeZones() throws {
        let zones = [
            "Europe/Berlin", "Europe/London", "Europe/Lisbon", "Europe/Moscow", "America/New_York",
            "America/Los_Angeles", "America/St_Johns", "America/Sao_Paulo", "America/Caracas",
            "America/Havana",
            "America/Santiago", "America/Asuncion", "Asia/Kolkata", "Asia/Kathmandu", "Asia/Tehran",
            "Asia/Tokyo",
            "Asia/Shanghai", "Asia/Amman", "Asia/Beirut", "Asia/Gaza", "Australia/Lord_Howe",
            "Australia/Sydney",
            "Australia/Adelaide", "Pacific/Apia", "Pacific/Kiritimati", "Pacific/Chatham", "Africa/Cairo",
            "Africa/Casablanca", "Atlantic/Azores", "Antarctica/Troll",
        ]
        #expect(zones.count == 30)
        for name in zones {
            let calendar = try #require(CivilCalendar(zone: name))
            // Every hour of the zone's days is in one day; names never go back, and hours never merge.
            var lastDay = ""
            var lastHour = ""
            for step in stride(from: Int64(0), to: 70 * 365 * Self.day, by: 6 * 3600 + 1800) {
                let time = Timestamp(seconds: step)
                let day = calendar.period(.day, of: time)
                #expect(day >= lastDay, "\(name) \(time)")
                lastDay = day
                let hour = calendar.period(.hour, of: time)
                #expect(hour != lastHour)
                lastHour = hour
            }
        }
        let berlin = try #require(CivilCalendar(zone: "Europe/Berlin"))
        // 2026-10-25: 02:30 comes twice.
        let first = berlin.period(.hour, of: Timestamp(seconds: 1_792_888_200))
        let second = berlin.period(.hour, of: Timestamp(seconds: 1_792_888_200 + 3600))
        #expect(first == "2026-10-25T02+02:00")
        #expect(second == "2026-10-25T02+01:00")
        #expect(CivilCalendar(zone: "Europe/Nowhere") == nil)
    }

    /// What a clock does from one night to the next.
    private static func walk(_ offset: inout Int64, _ random: inout SeededGenerator) {
        switch Int.random(in: 0..<12, using: &random) {
        case 0: offset = 3650 * day
        case 1: offset = -3650 * day
        case 2: offset = 0
        case 3: offset += Int64.random(in: -40 * day...40 * day, using: &random)
        case 4: offset += Int64.random(in: -day...day, using: &random)
        case 5: offset -= day
        default: break
        }
    }

    /// What stays of points, none of which a clock that was right all the time would let go.
    ///
    /// - Parameter sane: When each was made, by generation.
    private static func forgetting(
        _ points: [RetainedPoint], _ policy: KeepPolicy, _ sane: [UInt64: Int64]
    ) -> [RetainedPoint] {
        let right = points.map { point($0.generation, sane[$0.generation] ?? 0) }
        let stays = Set(staying(policy, points))
        #expect(stays.isSuperset(of: staying(policy, right)))
        return points.filter { stays.contains($0.generation) }
    }

    @Test("ten thousand walks of the store's clock take nothing that a sane one keeps")
    func clockWalks() {
        var random = SeededGenerator(seed: 11)
        var gone = 0
        for _ in 0..<10_000 {
            let policy = Self.anyPolicy(&random)
            var points: [RetainedPoint] = []
            var sane: [UInt64: Int64] = [:]
            var (offset, time) = (Int64(0), Self.start)
            for generation in 1...UInt64.random(in: 2...16, using: &random) {
                time += Self.day * Int64.random(in: 1...2, using: &random)
                Self.walk(&offset, &random)
                sane[generation] = time
                points.append(Self.point(generation, time + offset, made: time))
                // The doubt about the clock would stop it besides; the decision alone must do.
                let left = Self.forgetting(points, policy, sane)
                gone += points.count - left.count
                points = left
            }
        }
        #expect(gone > 1_000)
    }

    @Test("ten thousand walks by years of the only clock are doubted before they take anything")
    func walksOfTheOnlyClock() {
        var random = SeededGenerator(seed: 12)
        var (gone, doubts) = (0, 0)
        for _ in 0..<10_000 {
            let policy = Self.anyPolicy(&random)
            var points: [RetainedPoint] = []
            var sane: [UInt64: Int64] = [:]
            var offset: Int64 = 0
            var isStuck = false
            for night in 1...UInt64.random(in: 2...20, using: &random) {
                let time = Self.start + Int64(night) * Self.day
                switch Int.random(in: 0..<12, using: &random) {
                // A clock that was wrong from the first point on begins its weeks elsewhere, and nobody can tell.
                case 0 where night > 1:
                    offset = [-3650 * Self.day, 3650 * Self.day, 0].randomElement(using: &random) ?? 0
                case 1: isStuck.toggle()
                default: break
                }
                let shown = isStuck ? points.last?.received.seconds ?? time : time + offset
                sane[night] = time
                points.append(Self.point(night, shown))
                guard ClockAnomaly.find(in: points, now: Timestamp(seconds: shown + 600)) == nil else {
                    doubts += 1
                    continue
                }
                let left = Self.forgetting(points, policy, sane)
                gone += points.count - left.count
                points = left
            }
        }
        #expect(gone > 1_000)
        #expect(doubts > 1_000)
    }

    @Test func clocksThatWereWrongAreDoubted() {
        let nights = Self.nights(10)
        let now = nights[9].received.seconds + 3600
        func doubt(_ points: [RetainedPoint], _ now: Int64) -> ClockAnomaly? {
            ClockAnomaly.find(in: points, now: Timestamp(seconds: now))
        }
        #expect(doubt(nights, now) == nil)
        #expect(doubt(nights, nights[9].received.seconds - Self.day) == .future(10))
        #expect(doubt(nights, now + 10 * Self.day) == .leap(10, seconds: 10 * Self.day + 3600))
        var back = nights
        back[5] = Self.point(6, Self.start - 3650 * Self.day)
        #expect(doubt(back, now) == .backward(6))
        var stuck = nights
        stuck[5] = Self.point(6, nights[4].received.seconds)
        #expect(doubt(stuck, now) == .stuck(6))
        var late = nights
        late[9] = Self.point(10, nights[9].received.seconds + Self.day)
        #expect(doubt(late, now + Self.day) == nil, "a night left out")
        let leapt = nights + [Self.point(11, now + 3650 * Self.day)]
        #expect(doubt(leapt, now + 3650 * Self.day) == .leap(11, seconds: 3650 * Self.day + 3600))
        // It stays in doubt on the nights after, until somebody has looked.
        let after = leapt + [Self.point(12, now + 3651 * Self.day)]
        let later = Timestamp(seconds: now + 3651 * Self.day)
        #expect(ClockAnomaly.find(in: after, now: later) == .leap(11, seconds: 3650 * Self.day + 3600))
        #expect(ClockAnomaly.find(in: after, now: later, trusted: 11) == nil)
    }

    /// Night 4 was three years ahead, and a person has said so at noon after night 7.
    @Test func whatWasTrustedStaysSoWhateverIsNextToIt() {
        for wrong in [Self.start + 1095 * Self.day, Self.start - 1095 * Self.day] {
            var nights = Self.nights(13)
            nights[3] = Self.point(4, wrong)
            let noon = Timestamp(seconds: nights[6].received.seconds + 6 * 3600)
            let now = Timestamp(seconds: nights[12].received.seconds + 3600)
            // Whichever of the nights that were trusted have gone.
            for gone in 0..<UInt64(1 << 7) {
                let left = nights.filter { $0.generation > 7 || gone >> ($0.generation - 1) & 1 == 0 }
                #expect(
                    ClockAnomaly.find(in: left, now: now, trusted: 7, trustedAt: noon) == nil, "\(gone)")
            }
            // The next wrong night is doubted as ever.
            for (night, other) in [(9, wrong), (12, wrong), (12, nights[11].received.seconds)] {
                var again = nights
                again[night] = Self.point(UInt64(night + 1), other)
                #expect(ClockAnomaly.find(in: again, now: now, trusted: 7, trustedAt: noon) != nil)
            }
        }
    }

    @Test func aPointFromTheFutureIsAsOldAsTheOneAfterIt() {
        var nights = Self.nights(10)
        nights[3] = Self.point(4, Self.start + 1095 * Self.day)
        var policy = KeepPolicy()
        policy.within = 3 * Self.day
        policy.minAge = 2 * Self.day
        let fates = Retention(policy).fates(of: nights)
        #expect(fates.filter(\.stays).map(\.point.generation) == [8, 9, 10])
    }
}
