internal import OffsiteStore
internal import Platform
internal import StoreFormat

/// A store that no configuration names: what is missing there cannot be made from here.
final class BareStore: ForwardingStore {
    private static let mostJobs = 20

    let base: any ObjectStore

    init(_ base: any ObjectStore) { self.base = base }

    func length(of key: ObjectKey) throws(StoreError) -> Int? {
        if let length = try base.length(of: key) { return length }
        switch key {
        case .store:
            throw StoreError(
                .notFound, "open", label, "there is no store",
                hint: "check the path, and whether its disk is mounted")
        case .job(let job):
            throw StoreError(
                .notFound, "open", "job \(job)", "\(label) has no such job; it has \(try jobList())")
        default: return nil
        }
    }

    /// The names of its jobs, as a message has them.
    func jobList() throws(StoreError) -> String {
        let names = try base.jobs()
        if names.isEmpty { return "no job at all" }
        return names.prefix(Self.mostJobs).map(\.description).joined(separator: ", ")
            + (names.count > Self.mostJobs ? " and \(names.count - Self.mostJobs) more" : "")
    }
}
