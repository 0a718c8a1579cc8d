/// Why a point cannot be copied.
enum CopyFailure: Error {
    /// It, or something that it needs, is damaged in the store that it is copied from.
    case damage(object: String, reason: String)
    /// It is left out, as it could have been from the start.
    case reason(CopyPlan.Reason)
    /// Nothing can be copied any more.
    case store(StoreError)

    /// Something went wrong with what is read.
    static func reading<R>(_ body: () throws(StoreError) -> R) throws(Self) -> R {
        do throws(StoreError) { return try body() } catch {
            throw error.tellsOfDamage
                ? .damage(object: error.subject, reason: error.detail) : .store(error)
        }
    }

    /// A failure that is no damage of either store.
    static func anywhere<R>(_ body: () throws(StoreError) -> R) throws(Self) -> R {
        do throws(StoreError) { return try body() } catch { throw .store(error) }
    }
}
