internal import Platform
package import StoreFormat

/// A read that can be asked for before the answers to others are there.
package enum ReadRequest: Equatable, Sendable {
    /// As ``ObjectStore/read(_:at:count:)``.
    case bytes(ObjectKey, offset: Int, count: Int)
    case records(RecordRequest)
}

package enum ReadAnswer: Sendable {
    case bytes([UInt8])
    case records(RecordParts)
}

extension RecordRequest {
    /// The answer of a store that has the whole frame at hand.
    package func parts(ofFrame bytes: [UInt8]) throws(StoreError) -> RecordParts {
        do throws(FormatError) { return try RecordParts(Frame(parsing: bytes), self) } catch {
            throw StoreError("get", key.path, error)
        }
    }
}

/// Reads of one store that are on their way; answers come in the order of asking.
package protocol ObjectReads: AnyObject {
    /// Asks, without waiting for anything.
    ///
    /// How much may be under way at once is the caller's to say: every answer may lie in memory.
    func ask(_ request: ReadRequest) throws(StoreError)

    /// The answer to the oldest request that has none.
    ///
    /// - Throws: The failure of that request; later ones continue unless the store is lost.
    func next() throws(StoreError) -> ReadAnswer
}

extension ObjectStore {
    package func reads() -> any ObjectReads { DirectReads(self) }

    /// Asks for many things, several under way at once, and hands their answers on in order.
    ///
    /// - Parameter aheadBytes: Most bytes of answers under way, but for a single larger one.
    package func fetch<E: Error>(
        _ requests: [ReadRequest], aheadBytes: Int = 16 << 20,
        _ body: (Int, Result<ReadAnswer, StoreError>) throws(E) -> Void
    ) throws(E) {
        let reads = reads()
        var asked = 0
        var underWay = 0
        /// Requests that were not even sent, by number.
        var refused: [Int: StoreError] = [:]
        for (number, request) in requests.enumerated() {
            while asked < requests.count, asked == number || underWay + requests[asked].bytes <= aheadBytes {
                do throws(StoreError) { try reads.ask(requests[asked]) } catch {
                    refused[asked] = error
                }
                underWay += requests[asked].bytes
                asked += 1
            }
            underWay -= request.bytes
            if let error = refused.removeValue(forKey: number) {
                try body(number, .failure(error))
                continue
            }
            let answer: Result<ReadAnswer, StoreError>
            do throws(StoreError) { answer = .success(try reads.next()) } catch { answer = .failure(error) }
            try body(number, answer)
        }
    }
}

extension ReadRequest {
    /// Most bytes of its answer, nearly.
    var bytes: Int {
        switch self {
        case .bytes(_, _, let count): count
        case .records(let request): request.place.length
        }
    }
}

/// For a store without a round trip: reads when the answer is taken.
private final class DirectReads: ObjectReads {
    private let store: any ObjectStore
    private var requests: [ReadRequest] = []
    /// How many of `requests` have been answered.
    private var answered = 0

    init(_ store: any ObjectStore) { self.store = store }

    func ask(_ request: ReadRequest) { requests.append(request) }

    func next() throws(StoreError) -> ReadAnswer {
        let request = requests[answered]
        answered += 1
        if answered == requests.count {
            requests.removeAll(keepingCapacity: true)
            answered = 0
        }
        switch request {
        case .bytes(let key, let offset, let count):
            return .bytes(try store.read(key, at: offset, count: count))
        case .records(let request):
            let place = request.place
            return .records(
                try request.parts(
                    ofFrame: try store.read(request.key, at: place.offset, count: place.length)))
        }
    }
}
