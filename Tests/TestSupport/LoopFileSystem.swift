internal import Foundation

private let filefrag = "/usr/sbin/filefrag"

/// A small file system of its own kind in a file, mounted for one test.
///
/// It is mounted in a name space that ends at once and held by a descriptor alone: no mount is ever seen by
/// others, none can be left behind, and loop device and space fall free with the last reference or with this
/// process, however it ends.
package final class LoopFileSystem {
    package struct Failure: Error, CustomStringConvertible { package let description: String }

    package enum Kind: String, CaseIterable, Sendable {
        case xfs, btrfs

        /// In MiB: a little above the least that `mkfs` takes.
        fileprivate var size: Int { self == .xfs ? 320 : 128 }

        fileprivate var isAvailable: Bool {
            FileManager.default.isExecutableFile(atPath: filefrag) && (try? LoopFileSystem(self)) != nil
        }
    }

    /// Those that can be made and mounted here, which takes root, loop devices, and the tools of each.
    package static let available = Kind.allCases.filter(\.isAvailable)
    package static let absence = "needs root, loop devices, filefrag, and mkfs.xfs or mkfs.btrfs"

    private let root: FileHandle

    /// The root of the file system; for programs started by this process as well.
    package var path: String {
        "/proc/\(ProcessInfo.processInfo.processIdentifier)/fd/\(root.fileDescriptor)"
    }

    /// - Parameter kind: Made with its defaults, in 4 KiB blocks.
    package init(_ kind: Kind) throws {
        let folder = try TemporaryFolder()
        // The file goes at once, the loop device keeps it; the name space goes with the shell.
        let script = """
            set -e
            cd "$1"
            mkdir root
            truncate -s \(kind.size)M image
            mkfs.\(kind.rawValue) image >/dev/null
            mount -o loop image root
            rm image
            echo mounted
            read -r _ || true
            """
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments =
            ["unshare", "-m", "--propagation", "private", "bash", "-c", script, "bash", folder.path]
        process.environment = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"]
        let orders = Pipe()
        let answers = Pipe()
        process.standardInput = orders
        process.standardOutput = answers
        process.standardError = answers
        try process.run()
        defer {
            try? orders.fileHandleForWriting.close()
            process.waitUntilExit()
        }
        var said = ""
        while !said.hasSuffix("mounted\n") {
            let bytes = answers.fileHandleForReading.availableData
            if bytes.isEmpty { throw Failure(description: "mount of \(kind.rawValue): \(said)") }
            said += String(decoding: bytes, as: UTF8.self)
        }
        let mounted = "/proc/\(process.processIdentifier)/root\(folder.path)/root"
        guard let root = FileHandle(forReadingAtPath: mounted) else {
            throw Failure(description: "open \(mounted): no such folder")
        }
        self.root = root
    }

    /// Where each block of a file lies on the disk, by number of the block in the file; none for a hole.
    ///
    /// What two files have at the same place they share.
    ///
    /// - Returns: Bytes of a block, and the places.
    package static func places(of file: String) throws -> (blockBytes: Int, places: [Int: Int]) {
        let result = try Command.run([filefrag, "-s", "-v", file])
        guard result.status == 0, let unit = result.stdout.firstMatch(of: /blocks? of ([0-9]+) bytes/),
            let blockBytes = Int(unit.1)
        else { throw Failure(description: "filefrag \(file): \(result.stdout)\(result.stderr)") }
        var places: [Int: Int] = [:]
        let line = /(?m)^ *[0-9]+: +([0-9]+)\.\. *([0-9]+): +([0-9]+)\.\. *[0-9]+:/
        for extent in result.stdout.matches(of: line) {
            guard let first = Int(extent.1), let last = Int(extent.2), let place = Int(extent.3) else {
                throw Failure(description: "filefrag \(file): \(extent.0)")
            }
            for block in first...last { places[block] = place + block - first }
        }
        return (blockBytes, places)
    }
}
