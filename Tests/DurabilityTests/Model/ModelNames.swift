/// The names in the folder of packs: what is there for all to see, and what a power cut may make of it.
///
/// A name whose last change was not synced may be there after a cut or not; so may one that went and came back since.
struct PackNames: Hashable {
    private var lanes = Lanes()
    private(set) var there: UInt8 {
        get { lanes[0] }
        set { lanes[0] = newValue }
    }
    private var mayBeThere: UInt8 {
        get { lanes[1] }
        set { lanes[1] = newValue }
    }
    private var mayBeGone: UInt8 {
        get { lanes[2] }
        set { lanes[2] = newValue }
    }
    /// Of those there: content that only memory has.
    private var unsynced: UInt8 {
        get { lanes[3] }
        set { lanes[3] = newValue }
    }
    /// Of those there: content that a power cut has taken.
    private var torn: UInt8 {
        get { lanes[4] }
        set { lanes[4] = newValue }
    }

    /// Those that are there with their content.
    var whole: UInt8 { there & ~torn }

    init() { mayBeGone = .max }

    mutating func link(_ pack: UInt8, isSynced: Bool) {
        there |= pack
        mayBeThere |= pack
        torn &= ~pack
        if !isSynced { unsynced |= pack }
    }

    mutating func syncContent(_ pack: UInt8) { unsynced &= ~pack }

    mutating func remove(_ pack: UInt8) {
        there &= ~pack
        mayBeGone |= pack
        torn &= ~pack
        unsynced &= ~pack
    }

    mutating func syncFolder() {
        mayBeThere = there
        mayBeGone = ~there
    }

    /// What a power cut may leave: any of the names that are not sure, and of content that was not synced, all or nothing.
    var survivors: [PackNames] {
        var found = [self]
        for bit in 0..<6 {
            let pack: UInt8 = 1 << bit
            if mayBeThere & mayBeGone & pack != 0 {
                found = found.flatMap { names in
                    var (with, without) = (names, names)
                    with.there |= pack
                    without.remove(pack)
                    return [with, without]
                }
            }
            if unsynced & pack != 0 {
                found = found.flatMap { names in
                    guard names.there & pack != 0 else { return [names] }
                    var torn = names
                    torn.torn |= pack
                    return [names, torn]
                }
            }
        }
        for index in found.indices {
            found[index].unsynced = 0
            found[index].syncFolder()
        }
        return found
    }
}

/// The names in the folder of points: by generation, whose point has it, and whose may have it after a power cut.
struct PointNames: Hashable {
    private var owners = Lanes()
    /// By generation: the set of pushes (bit n is push n, bit 0 is nobody).
    private var possible = Lanes()

    init() { syncFolder() }

    func owner(_ generation: Int) -> UInt8 { owners[generation] }

    var newest: Int { ModelState.generations.last { owners[$0] != 0 } ?? 0 }

    mutating func name(_ generation: Int, _ push: UInt8) {
        owners[generation] = push
        possible[generation] |= 1 << push
    }

    mutating func syncFolder() {
        for generation in ModelState.generations { possible[generation] = 1 << owners[generation] }
    }

    /// What a power cut may leave: any of the names that are not sure.
    var survivors: [PointNames] {
        var found = [self]
        for generation in ModelState.generations where possible[generation].nonzeroBitCount > 1 {
            found = found.flatMap { names in
                (UInt8(0)...5).filter { possible[generation] & 1 << $0 != 0 }.map { push in
                    var names = names
                    names.owners[generation] = push
                    return names
                }
            }
        }
        for index in found.indices { found[index].syncFolder() }
        return found
    }
}
