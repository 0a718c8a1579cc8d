internal import OffsiteStore
internal import Platform

/// An object on its way to an agent; small pieces are collected to messages of 64 KiB.
///
/// What goes wrong at the far end is learned at the end: until then nobody waits for anybody.
final class AgentUpload: ObjectUpload {
    private static let messageBytes = 64 << 10
    private let store: AgentStore
    private var collected: [UInt8] = []
    private var isOpen = true
    /// To the end of the upload, while it is due.
    private var answer: AgentStore.Due?

    init(_ store: AgentStore) { self.store = store }

    func append(_ bytes: [UInt8]) throws(StoreError) {
        guard isOpen else { return }
        if bytes.count >= Self.messageBytes {
            try sendCollected()
            try send(bytes)
        } else {
            collected.append(contentsOf: bytes)
            if collected.count >= Self.messageBytes { try sendCollected() }
        }
    }

    func finish(_ name: Digest256) throws(StoreError) {
        try seal(name)
        try confirm()
    }

    func seal(_ name: Digest256) throws(StoreError) {
        try sendCollected()
        isOpen = false
        answer = try store.begin(.uploadFinish(name))
    }

    func confirm() throws(StoreError) {
        guard let answer = answer.take() else { return }
        try store.parsed(try store.end(answer), WireAnswer.parseNothing)
    }

    /// The far end throws it away at the next request, or when the session ends.
    func abandon() {
        guard isOpen else { return }
        isOpen = false
        try? store.send(.abandon)
    }

    private func sendCollected() throws(StoreError) {
        guard !collected.isEmpty else { return }
        try send(collected)
        collected.removeAll(keepingCapacity: true)
    }

    private func send(_ bytes: [UInt8]) throws(StoreError) {
        for start in stride(from: 0, to: bytes.count, by: ReadLimit.bytes) {
            let end = min(start + ReadLimit.bytes, bytes.count)
            try store.send(.data(start == 0 && end == bytes.count ? bytes : Array(bytes[start..<end])))
        }
    }
}
