import TestSupport

/// Something the program does, to be crashed at each of its calls.
///
/// A further one is a further value in ``all``: what was there before, what is done, and what the next run does.
struct Scenario: Sendable, CustomStringConvertible {
    let description: String
    /// What was done long ago.
    let before: @Sendable (Program) throws -> Void
    /// What is crashed.
    let steps: @Sendable (Program) throws -> Void
    /// What is done after a crash: the same again.
    let again: @Sendable (Program) throws -> Void

    static let all = [first, delta, restore, inPlace, keeping]

    /// Images of a few blocks: the second changes, moves and clears some, the third only clears.
    static let images: [[UInt8]] = {
        var generator = SeededGenerator(seed: 7)
        let block = 8192
        let first = generator.bytes(3 * block) + [UInt8](repeating: 7, count: block)
        var second = first
        second.replaceSubrange(100..<200, with: generator.bytes(100))
        for index in block..<2 * block { second[index] = 0 }
        var third = second + generator.bytes(500)
        for index in 2 * block..<3 * block { third[index] = 0 }
        return [first, second, third]
    }()

    private static func made(_ program: Program) throws {
        try program.initialise()
        try program.push(images[0])
    }

    /// The image that was under way, again.
    private static func pushAgain(_ program: Program) throws {
        if !program.book.ledger.isJobMade { try program.initialise() }
        try program.push(program.book.ledger.attempted.last ?? images[0])
    }

    static let first = Scenario(
        description: "a first push into a new store", before: { _ in }, steps: { try made($0) },
        again: { try pushAgain($0) })

    static let delta = Scenario(
        description: "pushes of deltas", before: { try made($0) },
        steps: {
            try $0.push(images[1])
            try $0.push(images[2])
        }, again: { try pushAgain($0) })

    static let keeping = Scenario(
        description: "points forgotten, and what they alone needed collected",
        before: {
            try made($0)
            for image in images.dropFirst() { try $0.push(image) }
        },
        steps: {
            try $0.forget(1)
            try $0.collect()
            try $0.push(images[1])
            try $0.forget(2, 3)
            try $0.collect()
        },
        again: {
            try $0.collect()
            try $0.push(images[0])
            try $0.forget(3)
            try $0.collect()
        })

    static let restore = Scenario(
        description: "a restore to a file",
        before: {
            try made($0)
            try $0.push(images[1])
        }, steps: { try $0.restore(2, to: "/home/db") },
        again: { program in
            if program.hosts.client.disk.contents["/home/db"] == nil {
                try program.restore(2, to: "/home/db")
            }
            try program.push(images[2])
        })

    static let inPlace = Scenario(
        description: "a restore in place",
        before: {
            try made($0)
            try $0.push(images[1])
            try $0.restore(1, to: "/home/db")
        }, steps: { try $0.restoreInPlace(2, to: "/home/db") },
        again: { try $0.restoreInPlace(2, to: "/home/db") })
}
