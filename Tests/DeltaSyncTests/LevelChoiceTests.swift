import DeltaSync
import Testing

@Suite struct LevelChoiceTests {
    /// The level after each sixteen records, of which so many waited for the link.
    private func levels(_ choice: LevelChoice, waiting: [Int]) -> [Int] {
        var choice = choice
        return waiting.map { count in
            for number in 0..<16 { choice.note(waited: number < count) }
            return choice.level
        }
    }

    @Test("a slow link raises the level step by step, a fast one lowers it")
    func follows() {
        let first = LevelChoice(.automatic, isFirst: true)
        #expect(first.level == 3)
        #expect(levels(first, waiting: [16, 12, 11, 5, 13, 16, 16]) == [4, 7, 7, 7, 9, 12, 12])
        #expect(levels(first, waiting: [4, 16, 16, 4, 0, 0]) == [3, 4, 7, 4, 3, 3])
    }

    @Test("what a later run brings begins a step higher")
    func later() {
        let later = LevelChoice(.automatic, isFirst: false)
        #expect(later.level == 4)
        #expect(levels(later, waiting: [0, 0, 16]) == [3, 3, 4])
    }

    @Test("fifteen records change nothing")
    func fewRecords() {
        var choice = LevelChoice(.automatic, isFirst: true)
        for _ in 0..<15 { choice.note(waited: true) }
        #expect(choice.level == 3)
        choice.note(waited: true)
        #expect(choice.level == 4)
    }

    @Test("a level that was asked for stays", arguments: [1, 3, 9, 19])
    func fixed(level: Int) {
        #expect(levels(LevelChoice(.fixed(level), isFirst: true), waiting: [0, 16]) == [level, level])
        let more = min(level + 1, 19)
        #expect(levels(LevelChoice(.fixed(level), isFirst: false), waiting: [0, 16]) == [more, more])
    }
}
