package import Platform
package import StoreFormat

/// A note as a store has it.
package struct StoredNote: Equatable, Sendable {
    package internal(set) var note: Note
    /// When the store was given it.
    package let received: Timestamp
    /// Its maker, as the store's side knows it.
    package var maker: Maker?
}
