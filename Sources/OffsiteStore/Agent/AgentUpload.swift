internal import Platform

/// An object on its way to an agent; its bytes are collected to messages of at least 64 KiB.
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
        if collected.isEmpty, bytes.count >= Self.messageBytes {
            try send(bytes)
        } else {
            collected.append(contentsOf: bytes)
            if collected.count >= Self.messageBytes {
                try send(collected)
                collected.removeAll(keepingCapacity: true)
            }
        }
    }

    func finish(_ name: Digest256) throws(StoreError) {
        try seal(name)
        try confirm()
    }

    func seal(_ name: Digest256) throws(StoreError) {
        if !collected.isEmpty { try send(collected) }
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

    private func send(_ bytes: [UInt8]) throws(StoreError) {
        for start in stride(from: 0, to: bytes.count, by: ReadLimit.bytes) {
            let end = min(start + ReadLimit.bytes, bytes.count)
            try store.send(.data(start == 0 && end == bytes.count ? bytes : Array(bytes[start..<end])))
        }
    }
}
