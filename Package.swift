// swift-tools-version: 6.2
import PackageDescription

/// Settings every Swift target shares.
let common: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

/// Everything outside `Platform` and `…+Kernel.swift` must not touch unsafe memory at all.
let memorySafe: [SwiftSetting] = common + [.treatWarning("StrictMemorySafety", as: .error)]

/// Settings of tests, which run once: to optimize them costs more than it saves.
let testSettings: [SwiftSetting] = memorySafe + [.unsafeFlags(["-Onone"], .when(configuration: .release))]

let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let bitSet: Target.Dependency = .product(name: "BitCollections", package: "swift-collections")
let deque: Target.Dependency = .product(name: "DequeModule", package: "swift-collections")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let mustache: Target.Dependency = .product(name: "Mustache", package: "swift-mustache")
let subprocess: Target.Dependency = .product(name: "Subprocess", package: "swift-subprocess")
let systemPackage: Target.Dependency = .product(name: "SystemPackage", package: "swift-system")

let package = Package(
    name: "hybridrep",
    products: [.executable(name: "hybridrep", targets: ["hybridrep"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
    ],
    targets: [
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CLibSSH", pkgConfig: "libssh", providers: [.apt(["libssh-dev"])]),
        .systemLibrary(name: "CXXHash", pkgConfig: "libxxhash", providers: [.apt(["libxxhash-dev"])]),
        .target(name: "CLinux"),
        .target(
            name: "Platform",
            dependencies: [
                "CZstd", "CCrypto", "CLibSSH", "CXXHash", "CLinux", subprocess, systemPackage,
            ],
            swiftSettings: common),
        .target(name: "Image", dependencies: ["Platform"], swiftSettings: memorySafe),
        .target(name: "ESE", dependencies: ["Platform"], swiftSettings: memorySafe),
        .target(name: "BackupStream", dependencies: ["ESE", "Image", "Platform"], swiftSettings: memorySafe),
        .target(
            name: "StoreFormat", dependencies: ["Image", "Platform", bitSet], swiftSettings: memorySafe),
        .target(
            name: "OffsiteStore", dependencies: ["StoreFormat", "Image", "Platform", bitSet],
            swiftSettings: memorySafe),
        .target(
            name: "StoreAgent", dependencies: ["OffsiteStore", "StoreFormat", "Platform"],
            swiftSettings: memorySafe),
        .target(
            name: "Restore",
            dependencies: ["OffsiteStore", "StoreFormat", "Image", "Platform"],
            swiftSettings: memorySafe),
        .target(
            name: "DeltaSync",
            dependencies: ["Restore", "OffsiteStore", "StoreFormat", "Image", "Platform", deque],
            swiftSettings: memorySafe),
        .target(
            name: "Verify",
            dependencies: [
                "Restore", "OffsiteStore", "StoreFormat", "BackupStream", "ESE", "Image",
                "Platform",
                grdb, mustache,
            ],
            swiftSettings: memorySafe),
        .executableTarget(
            name: "hybridrep",
            dependencies: [
                "Verify", "DeltaSync", "Restore", "StoreAgent", "OffsiteStore", "StoreFormat", "BackupStream",
                "ESE", "Image", "Platform",
                argumentParser, logging, "Yams",
            ],
            swiftSettings: memorySafe),
        .testTarget(
            name: "ImageTests", dependencies: ["Image", "Platform", "TestSupport"],
            swiftSettings: testSettings),
        .target(
            name: "TestSupport",
            dependencies: ["ESE", "Image", "StoreAgent", "OffsiteStore", "StoreFormat", "Platform"],
            path: "Tests/TestSupport", swiftSettings: memorySafe),
        .testTarget(
            name: "PlatformTests", dependencies: ["Platform", "TestSupport"], swiftSettings: testSettings),
        .testTarget(
            name: "DeltaSyncTests",
            dependencies: [
                "DeltaSync", "Restore", "StoreAgent", "OffsiteStore", "StoreFormat", "Image", "Platform",
                "TestSupport",
            ],
            swiftSettings: testSettings),
        .testTarget(
            name: "BackupStreamTests",
            dependencies: ["BackupStream", "ESE", "Image", "Platform", "TestSupport"],
            swiftSettings: testSettings),
        .testTarget(
            name: "IntegrationTests",
            dependencies: [
                "hybridrep", "BackupStream", "DeltaSync", "StoreAgent", "OffsiteStore",
                "StoreFormat", "Image", "Platform", "TestSupport",
            ], swiftSettings: testSettings),
        .executableTarget(
            name: "make-ese-set", dependencies: ["TestSupport", "ESE", "Platform", argumentParser],
            path: "Tests/MakeESESet", swiftSettings: memorySafe),
        .executableTarget(
            name: "page-bench", dependencies: ["TestSupport", "ESE", "Platform", argumentParser],
            path: "Benchmarks/PageBench", swiftSettings: memorySafe),
        .executableTarget(
            name: "delay-proxy", dependencies: ["TestSupport", argumentParser],
            path: "Benchmarks/DelayProxy", swiftSettings: memorySafe),
        .executableTarget(
            name: "plan-bench",
            dependencies: ["TestSupport", "DeltaSync", "Restore", "Image", "Platform", argumentParser],
            path: "Benchmarks/PlanBench", swiftSettings: memorySafe),
        .executableTarget(
            name: "make-workload", dependencies: ["TestSupport", "Platform", argumentParser],
            path: "Benchmarks/Workload", swiftSettings: memorySafe),
        .testTarget(
            name: "CommandTests",
            dependencies: [
                "hybridrep", "make-ese-set", "Verify", "OffsiteStore", "StoreFormat", "ESE",
                "Image", "Platform",
                "TestSupport", argumentParser,
            ],
            swiftSettings: testSettings),
        .testTarget(
            name: "VerifyTests",
            dependencies: [
                "Verify", "DeltaSync", "Restore", "OffsiteStore", "StoreFormat", "Image", "Platform",
                "TestSupport", grdb,
            ],
            swiftSettings: testSettings),
        .testTarget(
            name: "OffsiteStoreTests",
            dependencies: ["StoreAgent", "OffsiteStore", "StoreFormat", "Image", "Platform", "TestSupport"],
            swiftSettings: testSettings),
        .testTarget(
            name: "DurabilityTests",
            dependencies: [
                "DeltaSync", "Restore", "StoreAgent", "OffsiteStore", "StoreFormat", "BackupStream", "Image",
                "Platform", "TestSupport",
            ],
            swiftSettings: testSettings),
        .target(
            name: "FuzzTargets",
            dependencies: [
                "Verify", "DeltaSync", "Restore", "StoreAgent", "OffsiteStore", "StoreFormat", "BackupStream",
                "ESE", "Image", "Platform",
                "TestSupport",
                bitSet,
            ],
            path: "Tests/Fuzz/Targets", swiftSettings: memorySafe),
        .testTarget(
            name: "FuzzTests",
            dependencies: [
                "FuzzTargets", "Restore", "OffsiteStore", "StoreFormat",
                "BackupStream", "Image", "Platform",
                "TestSupport",
            ], swiftSettings: testSettings),
        .testTarget(
            name: "ESETests", dependencies: ["ESE", "Platform", "TestSupport"], swiftSettings: testSettings),
    ]
)
