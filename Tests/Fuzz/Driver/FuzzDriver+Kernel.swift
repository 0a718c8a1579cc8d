internal import FuzzTargets
internal import Glibc
internal import TestSupport

/// The target that `HYBRIDREP_FUZZ_TARGET` names.
private let target: FuzzTarget = {
    let name = unsafe getenv("HYBRIDREP_FUZZ_TARGET").map { unsafe String(cString: $0) } ?? ""
    guard let found = FuzzTarget.named(name) else {
        print("no target \"\(name)\"; there are: \(FuzzTarget.all.map(\.name).joined(separator: " "))")
        exit(2)
    }
    return found
}()

/// Writes the target's own inputs to the first folder of the command line, where libFuzzer looks for them.
@_cdecl("LLVMFuzzerInitialize")
public func initialize(
    _ count: UnsafeMutablePointer<Int32>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>>>
) -> Int32 {
    guard let folder = unsafe getenv("HYBRIDREP_FUZZ_SEEDS").map({ unsafe String(cString: $0) }) else {
        _ = target
        return 0
    }
    do {
        for (number, bytes) in try target.seeds().enumerated() {
            let file = unsafe fopen("\(folder)/seed-\(number)", "w")
            guard let file = unsafe file else { continue }
            unsafe _ = fwrite(bytes, 1, bytes.count, file)
            unsafe fclose(file)
        }
    } catch {
        print("no seeds: \(error)")
        exit(2)
    }
    return 0
}

/// Runs the target once.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    target.run(unsafe Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
}
