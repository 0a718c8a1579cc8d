import Platform
import Testing

@Suite struct OrderedWorkersTests {
    @Test("results come in the order of the work, whoever was quicker", arguments: [1, 2, 7])
    func order(threads: Int) {
        let workers = OrderedWorkers<Int, Int>(threads: threads) {
            { number in
                // The earlier, the longer: without care the last would come first.
                var sum = 0
                for step in 0..<(200 - number) * 500 { sum &+= step }
                return sum == -1 ? 0 : number * 2
            }
        }
        var found: [Int] = []
        for number in 0..<200 {
            if workers.underWay == 20, let outcome = workers.take() { found.append(outcome) }
            workers.give(number)
        }
        #expect(workers.underWay == 20)
        while let outcome = workers.take() { found.append(outcome) }
        #expect(found == (0..<200).map { $0 * 2 })
        #expect(workers.underWay == 0)
    }

    @Test func withoutWorkNoWorkerIsMade() {
        let workers = OrderedWorkers<Int, Int>(threads: 2) { fatalWorker() }
        #expect(workers.take() == nil)
    }

    @Test func workThatNobodyTakesIsLeft() {
        let workers = OrderedWorkers<Int, Int>(threads: 2) { { $0 } }
        for number in 0..<50 { workers.give(number) }
        #expect(workers.take() == 0)
    }
}

private func fatalWorker() -> (Int) -> Int {
    Issue.record("a worker was made")
    return { $0 }
}
