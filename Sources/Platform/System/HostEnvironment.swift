internal import Glibc

/// The environment variables this process was started with.
package struct HostEnvironment: Sendable {
    package init() {}

    /// The value of a variable; nil when it is not set or empty, which mean the same to every user of it here.
    package func value(_ name: String) -> String? {
        guard let found = unsafe getenv(name) else { return nil }
        let text = unsafe String(cString: found)
        return text.isEmpty ? nil : text
    }
}
