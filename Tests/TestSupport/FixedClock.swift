package import Platform

/// A clock that stands still.
package struct FixedClock: Clock {
    package let now: Timestamp
    package var monotonicNanoseconds: UInt64 { 0 }
    package init(_ now: Timestamp = Timestamp(seconds: 1_795_312_804)) { self.now = now }
    package func sleep(milliseconds: Int) {}
}
