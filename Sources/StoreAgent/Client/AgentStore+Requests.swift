package import OffsiteStore
package import Platform
package import StoreFormat

extension AgentStore {
    package func initialise(_ object: StoreObject) throws(StoreError) -> Bool {
        try parsed(try ask(.initialise(object.encoded)), WireAnswer.parseBool)
    }

    package func publishJob(_ job: Name, _ object: [UInt8]) throws(StoreError) -> Bool {
        try parsed(try ask(.publishJob(job, object)), WireAnswer.parseBool)
    }

    package func jobs() throws(StoreError) -> [Name] {
        var names: [Name] = []
        let last = try ask(.jobs) { (_, part) throws(StoreError) in
            let more = try parsed(part, WireAnswer.parseNames)
            names += more
            try checkListed(more.count, names.count)
        }
        return names + (try parsed(last, WireAnswer.parseNames))
    }

    package func list(_ kind: ObjectKind, job: Name) throws(StoreError) -> [ListedObject] {
        guard kind != .tombstone else {
            throw StoreError(
                .refused, "list", "jobs/\(job)/\(kind.folder)", "an agent keeps these for itself",
                scope: .caller)
        }
        try greet()
        var objects: [ListedObject] = []
        let last = try ask(.list(kind, job)) { (_, part) throws(StoreError) in
            let more = try parsed(part) { (bytes) throws(FormatError) in
                try WireAnswer.parseObjects(bytes, kind, job)
            }
            objects += more
            try checkListed(more.count, objects.count)
        }
        return objects
            + (try parsed(last) { (bytes) throws(FormatError) in
                try WireAnswer.parseObjects(bytes, kind, job)
            })
    }

    package func length(of key: ObjectKey) throws(StoreError) -> Int? {
        try parsed(try ask(.length(key)), WireAnswer.parseLength)
    }

    package func read(_ key: ObjectKey, at offset: Int, count: Int) throws(StoreError) -> [UInt8] {
        try ReadLimit.check(key, offset: offset, count: count)
        let bytes = try ask(.read(key, offset: offset, count: count))
        guard bytes.count == count else { throw violation("\(bytes.count) bytes instead of \(count)") }
        return bytes
    }

    package func reads() -> any ObjectReads { AgentReads(self) }

    /// What an agent sent of a frame; a mistake in the frame itself is the store's.
    func parts(_ answer: [UInt8], _ request: RecordRequest) throws(StoreError) -> RecordParts {
        if answer.first == 0 { return try request.parts(ofFrame: Array(answer.dropFirst())) }
        return try parsed(answer) { (bytes) throws(FormatError) in try RecordParts(parsing: bytes, request) }
    }

    package func beginUpload(_ kind: ObjectKind, job: Name) throws(StoreError) -> any ObjectUpload {
        try send(.uploadBegin(kind, job))
        return AgentUpload(self)
    }

    package func adopt(_ packs: [ListedObject], job: Name) throws(StoreError) -> [Bool] {
        try greet()
        var found: [Bool] = []
        var rest = packs[...]
        repeat {
            let some = rest.prefix(WireAnswer.listedObjectsPerMessage)
            rest = rest.dropFirst(some.count)
            found += try parsed(try ask(.adopt(job, Array(some)))) { (bytes) throws(FormatError) in
                try WireAnswer.parseBools(bytes, count: some.count)
            }
        } while !rest.isEmpty
        return found
    }

    /// The far end knows who commits, and does not ask who made the point elsewhere.
    package func commit(
        _ point: [UInt8], generation: UInt64, job: Name, madeBy maker: Maker?
    ) throws(StoreError) -> Receipt {
        try send(.commitBegin(job, generation))
        for start in stride(from: 0, to: point.count, by: ReadLimit.bytes) {
            try send(.data(Array(point[start..<min(start + ReadLimit.bytes, point.count)])))
        }
        let receipt = try parsed(try ask(.commitFinish)) { bytes throws(FormatError) in
            try Receipt(parsing: bytes)
        }
        guard receipt.object == SHA256Hasher.hash(point.span) else {
            throw violation("it received another point than was sent")
        }
        return receipt
    }

    package func publishNote(_ note: [UInt8], id: NoteID, job: Name) throws(StoreError) -> Receipt {
        try greet()
        let receipt = try parsed(try ask(.note(job, id, note))) { bytes throws(FormatError) in
            try Receipt(parsing: bytes)
        }
        guard receipt.object == SHA256Hasher.hash(note.span) else {
            throw violation("it received another note than was sent")
        }
        return receipt
    }

    package func lockForPush(_ job: Name, holder: String) throws(StoreError) {
        try parsed(try ask(.lock(job, holder: holder)), WireAnswer.parseNothing)
    }

    package func unlockPush(_ job: Name) {
        // A broken session has let go of the lock already.
        _ = try? ask(.unlock(job))
    }

    package func check(
        _ request: CheckRequest, progress: (CheckReport) throws(StoreError) -> Void
    ) throws(StoreError) -> CheckReport {
        try greet()
        var damage: [CheckReport.Damage] = []
        var named = 0
        let last = try ask(.check(request)) {
            (kind, part) throws(StoreError) in
            if kind == .progress {
                try progress(try parsed(part, WireAnswer.parseReport))
                return
            }
            let more = try parsed(part, WireAnswer.parseDamage)
            damage.append(more)
            named += more.points.count
            guard damage.count <= CheckReport.maximumDamage, named <= CheckReport.maximumNamedPoints else {
                throw violation("too much damage")
            }
        }
        var report = try parsed(last, WireAnswer.parseReport)
        report.damage = damage
        return report
    }

    package func space() throws(StoreError) -> SpaceStatus {
        try parsed(try ask(.space), WireAnswer.parseSpace)
    }

    package func forget(_ request: ForgetRequest) throws(StoreError) -> ForgetReport {
        try greet()
        return try parsed(try ask(.forget(request)), WireAnswer.parseForgetReport)
    }

    package func collect(_ request: CollectRequest) throws(StoreError) -> CollectReport {
        try greet()
        return try parsed(try ask(.collect(request)), WireAnswer.parseCollectReport)
    }

    package func drop(_ request: DropRequest) throws(StoreError) -> DropReport {
        try greet()
        return try parsed(try ask(.dropJob(request)), WireAnswer.parseDropReport)
    }

    /// Every part of a list but the last is full, so that their number is bounded as well.
    private func checkListed(_ part: Int, _ count: Int) throws(StoreError) {
        guard part == WireAnswer.listedObjectsPerMessage, count <= WireAnswer.maximumListedObjects else {
            throw violation("an endless list")
        }
    }
}
