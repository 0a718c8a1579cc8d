internal import CCrypto
internal import CLibSSH
internal import CXXHash
internal import CZstd

/// The version of this program, as in its release tag and in every point it commits.
package enum ToolVersion {
    package static let current = "0.1.0"
}

/// The version of one C library: the one this process loaded and the one it was compiled against.
///
/// The two differ after a package upgrade, and then the loaded one is the one whose faults matter.
package struct LibraryVersion: Equatable, Sendable {
    package let name: String
    /// The version that the loaded library reports.
    package let loaded: String
    /// The version of its headers when this program was compiled.
    package let compiled: String
}

/// The C libraries this program runs with.
package enum LibraryVersions {
    package static var all: [LibraryVersion] {
        [
            LibraryVersion(name: "libzstd", loaded: loadedZstd, compiled: compiledZstd),
            LibraryVersion(name: "libcrypto", loaded: loadedCrypto, compiled: OPENSSL_VERSION_STR),
            LibraryVersion(name: "libssh", loaded: loadedSSH, compiled: compiledSSH),
            LibraryVersion(
                name: "libxxhash", loaded: dotted(XXH_versionNumber()), compiled: dotted(compiledXXHash)),
        ]
    }

    private static var compiledZstd: String {
        "\(ZSTD_VERSION_MAJOR).\(ZSTD_VERSION_MINOR).\(ZSTD_VERSION_RELEASE)"
    }
    private static var loadedZstd: String { dotted(ZSTD_versionNumber()) }

    private static var loadedCrypto: String {
        "\(OPENSSL_version_major()).\(OPENSSL_version_minor()).\(OPENSSL_version_patch())"
    }

    /// `ssh_version(0)` reads `0.10.6/openssl/zlib`; the part before the first slash is the version.
    private static var loadedSSH: String {
        guard let text = unsafe ssh_version(0) else { return "unknown" }
        return String(unsafe String(cString: text).prefix { $0 != "/" })
    }
    private static var compiledSSH: String {
        "\(LIBSSH_VERSION_MAJOR).\(LIBSSH_VERSION_MINOR).\(LIBSSH_VERSION_MICRO)"
    }

    private static var compiledXXHash: UInt32 {
        UInt32(XXH_VERSION_MAJOR) * 10_000 + UInt32(XXH_VERSION_MINOR) * 100 + UInt32(XXH_VERSION_RELEASE)
    }

    /// `10504` as `1.5.4`: major * 10000 + minor * 100 + release, as zstd and xxHash count.
    private static func dotted(_ number: UInt32) -> String {
        "\(number / 10_000).\(number / 100 % 100).\(number % 100)"
    }
}
