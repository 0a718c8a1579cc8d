package import Image

/// The differences between two images of a job, member by member.
package struct ImageDifference: Equatable, Sendable {
    /// The change of a block.
    package enum Kind: String, CaseIterable, Sendable {
        case unchanged
        /// Other bytes than at its place before.
        case changed
        /// Behind the end of what was there.
        case added
        /// Behind the end of what is there now.
        case removed
        /// All of its bytes are from the older image, and some of them from another place there.
        case moved
    }

    package struct Amount: Equatable, Sendable {
        package var blocks = 0
        package var bytes = 0
    }

    /// An amount of each kind.
    package struct Tally: Equatable, Sendable {
        private var amounts: [Kind: Amount] = [:]

        package init() {}

        package subscript(kind: Kind) -> Amount { amounts[kind] ?? Amount() }

        mutating func add(_ kind: Kind, blocks: Int, bytes: Int) {
            amounts[kind, default: Amount()].blocks += blocks
            amounts[kind, default: Amount()].bytes += bytes
        }

        package mutating func add(_ other: Self) {
            for (kind, amount) in other.amounts { add(kind, blocks: amount.blocks, bytes: amount.bytes) }
        }

        package var isUnchanged: Bool {
            Kind.allCases.allSatisfy { $0 == .unchanged || self[$0].blocks == 0 }
        }
    }

    /// Neighbouring blocks of a member, none of them unchanged.
    package struct Stretch: Equatable, Sendable {
        package let kind: Kind
        /// Counted from the member's start; of what is removed, in the older image.
        package fileprivate(set) var blocks: Range<Int>
    }

    /// A part of the images that has a name.
    package struct Member: Equatable, Sendable {
        package let key: Extent.Key
        /// Nil where only the newer image has it.
        package let before: Extent?
        /// Nil where only the older image has it.
        package let after: Extent?
        package fileprivate(set) var tally = Tally()
        /// In the order of the blocks, what is removed last.
        package fileprivate(set) var stretches: [Stretch] = []
        /// Stretches that there was no room for.
        package fileprivate(set) var stretchesLeftOut = 0
    }

    /// Those of the newer image in its order, then those that it has no more.
    package private(set) var members: [Member]
    private var stretchesLeft: Int

    init(_ members: [Member], mostStretches: Int) {
        self.members = members
        stretchesLeft = mostStretches
    }

    package var total: Tally {
        var total = Tally()
        for member in members { total.add(member.tally) }
        return total
    }

    /// Adds blocks after those of the member.
    mutating func add(_ kind: Kind, _ blocks: Range<Int>, ofMember number: Int) {
        let member = members[number]
        guard !blocks.isEmpty, let extent = kind == .removed ? member.before : member.after else { return }
        members[number].tally.add(kind, blocks: blocks.count, bytes: extent.range(ofBlocks: blocks).count)
        guard kind != .unchanged else { return }
        if let last = member.stretches.last, last.kind == kind, last.blocks.upperBound == blocks.lowerBound {
            members[number].stretches[member.stretches.count - 1].blocks =
                last.blocks.lowerBound..<blocks.upperBound
        } else if stretchesLeft > 0 {
            members[number].stretches.append(Stretch(kind: kind, blocks: blocks))
            stretchesLeft -= 1
        } else {
            members[number].stretchesLeftOut += 1
        }
    }
}
