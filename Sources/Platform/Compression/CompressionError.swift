internal import CZstd

/// Bytes that zstd could not make or could not read; `reason` is the library's own text.
package struct CompressionError: Error, Equatable, Sendable, CustomStringConvertible {
    package let operation: String
    package let reason: String

    init(_ operation: String, _ reason: String) {
        self.operation = operation
        self.reason = reason
    }

    init(_ operation: String, code: Int) {
        self.init(operation, unsafe String(cString: ZSTD_getErrorName(code)))
    }

    /// What was compressed did not come back.
    package init(mismatchOf length: Int) {
        self.init("check a record of \(length) bytes", "it does not decode to what was compressed")
    }

    package var description: String { "\(operation): \(reason)" }
}
