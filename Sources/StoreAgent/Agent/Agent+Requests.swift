internal import OffsiteStore
internal import Platform
internal import StoreFormat

extension Agent {
    /// Bytes that are arriving in pieces.
    enum Incoming {
        case nothing
        case object(any ObjectUpload)
        case point(Name, generation: UInt64, bytes: [UInt8])
        /// What it was has failed; the rest of it is dropped, and its end is answered with this.
        case failed(StoreError)

        func isEnded(by request: WireRequest) -> Bool {
            switch (self, request) {
            case (.object, .uploadFinish), (.point, .commitFinish), (.failed, _): true
            default: false
            }
        }

        func abandon() { if case .object(let upload) = self { upload.abandon() } }
    }

    /// Answers one request; false after goodbye.
    func serve(_ request: WireRequest) throws(StoreError) -> Bool {
        switch request {
        case .goodbye:
            try reply(.goodbye, [])
            try wire.flush()
            return false
        case .heartbeat: break
        case .uploadBegin, .commitBegin, .abandon: begin(request)
        case .data(let bytes): try receive(bytes)
        case .uploadFinish, .commitFinish:
            let finished = incoming
            guard finished.isEnded(by: request) else {
                throw wire.violation("the end of something that was not begun")
            }
            incoming = .nothing
            try answer { () throws(StoreError) in try finish(request, finished) }
        default: try answer { () throws(StoreError) in try result(of: request) }
        }
        return true
    }

    /// Sends what `body` gives, or why it failed; what is wrong with the connection itself ends the session.
    private func answer(_ body: () throws(StoreError) -> [UInt8]) throws(StoreError) {
        let outcome: (WireMessage.Kind, [UInt8])
        do throws(StoreError) { outcome = (.answer, try body()) } catch {
            guard error.kind != .unreachable else { throw error }
            outcome = (.failure, WireAnswer.encode(error))
        }
        try reply(outcome.0, outcome.1)
        try wire.flush()
    }

    private func begin(_ request: WireRequest) {
        incoming.abandon()
        incoming = .nothing
        switch request {
        case .uploadBegin(let kind, let job):
            do throws(StoreError) { incoming = .object(try objects.beginUpload(kind, job: job)) } catch {
                incoming = .failed(error)
            }
        case .commitBegin(let job, let generation):
            incoming = .point(job, generation: generation, bytes: [])
        default: break
        }
    }

    private func receive(_ bytes: [UInt8]) throws(StoreError) {
        switch incoming {
        case .nothing: throw wire.violation("data of something that was not begun")
        case .failed: break
        case .object(let upload):
            do throws(StoreError) { try upload.append(bytes) } catch {
                upload.abandon()
                incoming = .failed(error)
            }
        case .point(let job, let generation, var collected):
            guard bytes.count <= Point.maximumBytes - collected.count else {
                throw wire.violation("a point of more than \(Point.maximumBytes) bytes")
            }
            incoming = .nothing
            collected.append(contentsOf: bytes)
            incoming = .point(job, generation: generation, bytes: collected)
        }
    }

    private func finish(_ request: WireRequest, _ finished: Incoming) throws(StoreError) -> [UInt8] {
        switch (request, finished) {
        case (_, .failed(let error)): throw error
        case (.uploadFinish(let name), .object(let upload)):
            do throws(StoreError) { try upload.finish(name) } catch {
                upload.abandon()
                throw error
            }
            return []
        case (.commitFinish, .point(let job, let generation, let bytes)):
            return try objects.commit(bytes, generation: generation, job: job).encoded
        default: preconditionFailure("refused by serve")
        }
    }

    private func result(of request: WireRequest) throws(StoreError) -> [UInt8] {
        switch request {
        case .initialise(let bytes):
            let object: StoreObject
            do throws(FormatError) { object = try StoreObject(parsing: bytes) } catch {
                throw StoreError("make", ObjectKey.store.path, error)
            }
            return WireAnswer.encode(isTrue: try objects.initialise(object))
        case .publishJob(let job, let bytes):
            return WireAnswer.encode(isTrue: try objects.publishJob(job, bytes))
        case .jobs:
            let last = try inParts(try objects.jobs()) { WireAnswer.encode($0) }
            return WireAnswer.encode(last)
        case .list(let kind, let job):
            let last = try inParts(try objects.list(kind, job: job)) { WireAnswer.encode($0) }
            return WireAnswer.encode(last)
        case .length(let key): return WireAnswer.encode(length: try objects.length(of: key))
        case .read(let key, let offset, let count): return try objects.read(key, at: offset, count: count)
        case .lock(let job, let holder):
            try objects.lockForPush(job, holder: holder)
            return []
        case .unlock(let job):
            objects.unlockPush(job)
            return []
        case .check(let request):
            let report = try objects.check(request) { self.report($0) }
            for damage in report.damage { try reply(.part, WireAnswer.encode(damage)) }
            return WireAnswer.encode(report)
        case .space: return WireAnswer.encode(try objects.space())
        case .note(let job, let id, let bytes):
            // Whoever names owners could make foreign points count.
            if id.kind == .adopted { try store.rights.check("adopt", "job \(job)") }
            return try objects.publishNote(bytes, id: id, job: job).encoded
        case .forget(let request): return WireAnswer.encode(try objects.forget(request))
        case .collect(let request): return WireAnswer.encode(try objects.collect(request))
        case .dropJob(let request): return WireAnswer.encode(try objects.drop(request))
        case .adopt(let job, let packs): return try objects.adopt(packs, job: job).map { $0 ? 1 : 0 }
        case .records(let request):
            let frame = try objects.read(request.key, at: request.place.offset, count: request.place.length)
            return try recordCutter().answer(request, frame: frame)
        default: preconditionFailure("answered by serve")
        }
    }

    private func recordCutter() throws(StoreError) -> RecordExtractor {
        if let cutter { return cutter }
        do throws(CompressionError) {
            let made = try RecordExtractor()
            cutter = made
            return made
        } catch { throw StoreError(.failed, "get", "records", error.description) }
    }

    /// Sends all of a list but its last piece, which is given back.
    private func inParts<Item>(
        _ items: [Item], _ encode: (ArraySlice<Item>) -> [UInt8]
    ) throws(StoreError) -> ArraySlice<Item> {
        var rest = items[...]
        while rest.count > WireAnswer.listedObjectsPerMessage {
            try reply(.part, encode(rest.prefix(WireAnswer.listedObjectsPerMessage)))
            rest = rest.dropFirst(WireAnswer.listedObjectsPerMessage)
        }
        return rest
    }
}
