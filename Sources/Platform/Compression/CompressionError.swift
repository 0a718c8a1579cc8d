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

    package var description: String { "\(operation): \(reason)" }
}
