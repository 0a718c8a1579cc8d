import Platform
import Testing

@Suite struct BoundedCacheTests {
    @Test func whatIsUsedStaysAndTheRestGoes() {
        var cache = BoundedCache<Int, Int>(budget: 100)
        for key in 0..<1000 {
            cache.insert(key, for: key, cost: 10)
            #expect(cache.value(0) == 0)
        }
        // Of what was used within half of the budget all is there, of what is beyond the budget nothing.
        #expect((996..<1000).allSatisfy { cache.value($0) == $0 })
        #expect((1..<990).allSatisfy { cache.value($0) == nil })
    }

    @Test func whatIsReplacedNeverComesBack() {
        var cache = BoundedCache<Int, String>(budget: 40)
        cache.insert("old", for: 1, cost: 10)
        cache.insert("other", for: 2, cost: 10)
        // The next one begins a generation, in which 1 is the older one's.
        cache.insert("new", for: 1, cost: 10)
        #expect(cache.value(1) == "new")
        for key in 3..<6 {
            cache.insert("\(key)", for: key, cost: 10)
            let found = cache.value(1)
            #expect(found == "new" || found == nil)
        }
    }

    @Test func aValueLargerThanTheBudgetIsThereUntilOthersCome() {
        var cache = BoundedCache<Int, Int>(budget: 10)
        cache.insert(1, for: 1, cost: 1000)
        #expect(cache.value(1) == 1)
        cache.insert(2, for: 2, cost: 1)
        cache.insert(3, for: 3, cost: 1000)
        #expect(cache.value(3) == 3)
        cache.insert(4, for: 4, cost: 1)
        cache.insert(5, for: 5, cost: 1000)
        #expect(cache.value(1) == nil)
    }
}
