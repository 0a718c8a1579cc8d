package import ESE

/// A tree of owned extents with several levels: every inner page has two children.
///
/// Its root is page 2, the others follow each other from page 7 on, level by level. Leaves hold two extents each, their
/// keys compressed against a prefix.
package struct ESEOwnedTree: Sendable {
    private static let firstPage = 7
    let size: PageSize
    /// 1 stands for a tree on its root alone, which ``ESEPage`` makes.
    let levels: Int
    let last: UInt32

    package init(size: PageSize, levels: Int, last: UInt32) {
        precondition(levels >= 1 && levels <= 12, "no tree is as deep")
        let extents = 1 << levels
        precondition(levels == 1 || Int(last) >= extents + Self.firstPage, "a database for its tree")
        self.size = size
        self.levels = levels
        self.last = last
    }

    /// Pages of the tree, numbered level by level from 1, the root.
    private var nodes: Int { (1 << levels) - 1 }
    private var leaves: Int { 1 << (levels - 1) }

    /// True for pages of a tree of more than one level.
    package func holds(_ number: UInt32) -> Bool { node(number) != nil }

    private func node(_ number: UInt32) -> Int? {
        guard levels > 1 else { return nil }
        if number == 2 { return 1 }
        let node = Int(number) - Self.firstPage + 2
        return (2...nodes).contains(node) ? node : nil
    }

    private func number(_ node: Int) -> UInt32 { UInt32(node == 1 ? 2 : node - 2 + Self.firstPage) }

    package func page(_ number: UInt32, _ style: ESEPage.Style) -> [UInt8] {
        guard let node = node(number) else { preconditionFailure("not a page of the tree") }
        let root = node == 1 ? ESEPage.root : 0
        guard node < leaves else {
            let first = 2 * (node - leaves)
            let nodes = (first...first + 1).map { extent in
                ESEPage.Node(
                    key: ESEPage.bigEndian(end(extent)),
                    data: ESEPage.littleEndian(end(extent) - (extent == 0 ? 0 : end(extent - 1))))
            }
            return ESEPage.make(
                size, number: number, flags: root | ESEPage.leaf | ESEPage.spaceTree, style,
                prefix: Array(ESEPage.bigEndian(end(first)).prefix(3)), nodes: nodes)
        }
        let children = [2 * node, 2 * node + 1]
        let parentOfLeaf: UInt32 = children[0] >= leaves ? 4 : 0
        let nodes = children.enumerated().map { index, child in
            // The last separator of a page is the empty one, above every key.
            ESEPage.Node(
                key: index == 1 ? [] : ESEPage.bigEndian(highest(under: child)),
                data: ESEPage.littleEndian(self.number(child)))
        }
        return ESEPage.make(
            size, number: number, flags: root | ESEPage.spaceTree | parentOfLeaf, style, nodes: nodes)
    }

    /// The last page of extent `index`; there are two for each leaf.
    private func end(_ index: Int) -> UInt32 { UInt32(Int(last) * (index + 1) / (2 * leaves)) }

    private func highest(under node: Int) -> UInt32 {
        var node = node
        while node < leaves { node = 2 * node + 1 }
        return end(2 * (node - leaves) + 1)
    }
}
