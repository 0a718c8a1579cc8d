internal import OffsiteStore
internal import Platform

/// Requests that were sent to an agent ahead of the answers to those before.
final class AgentReads: ObjectReads {
    /// Requests under way, and bytes of them.
    ///
    /// What any pipe or socket takes, so that this end never waits to send while the other waits to answer. A socket
    /// takes some hundred bytes more for every message.
    private static let mostRequests = 64
    private static let mostRequestBytes = 32 << 10
    private let store: AgentStore
    private var waiting: [(request: ReadRequest, answer: AgentStore.Due?, bytes: Int)] = []
    /// How many of `waiting` have been sent, and the bytes of those.
    private var sent = 0
    private var sentBytes = 0

    init(_ store: AgentStore) { self.store = store }

    func ask(_ request: ReadRequest) throws(StoreError) {
        if case .bytes(let key, let offset, let count) = request {
            try ReadLimit.check(key, offset: offset, count: count)
        }
        try store.greet()
        waiting.append((request, nil, 0))
        try send()
    }

    func next() throws(StoreError) -> ReadAnswer {
        guard let (request, due, bytes) = waiting.first, let due else {
            throw StoreError(.failed, "get", store.label, "nothing was asked for")
        }
        waiting.removeFirst()
        sent -= 1
        sentBytes -= bytes
        let answer: [UInt8]
        do throws(StoreError) { answer = try store.end(due) } catch {
            try send()
            throw error
        }
        try send()
        switch request {
        case .bytes(_, _, let count):
            guard answer.count == count else {
                throw store.violation("\(answer.count) bytes instead of \(count)")
            }
            return .bytes(answer)
        case .records(let request):
            return .records(try store.parts(answer, request))
        }
    }

    /// Sends what may be under way.
    private func send() throws(StoreError) {
        while sent < waiting.count,
            sent == 0 || sent < Self.mostRequests && sentBytes < Self.mostRequestBytes
        {
            let request = wire(waiting[sent].request)
            waiting[sent].bytes = WireMessage.headerBytes + request.message.1.count
            waiting[sent].answer = try store.begin(request)
            sentBytes += waiting[sent].bytes
            sent += 1
        }
    }

    private func wire(_ request: ReadRequest) -> WireRequest {
        switch request {
        case .bytes(let key, let offset, let count): .read(key, offset: offset, count: count)
        case .records(let request): .records(request)
        }
    }
}
