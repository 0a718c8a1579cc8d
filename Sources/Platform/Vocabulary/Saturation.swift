/// Arithmetic on numbers from outside: a result that does not fit is the nearest one that does.
///
/// Numbers from a disk, a peer or a user may have any value, and their sum must not end the program.
extension FixedWidthInteger {
    package func saturatingAdd(_ other: Self) -> Self {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other < 0 ? .min : .max) : sum
    }

    package func saturatingSubtract(_ other: Self) -> Self {
        let (difference, overflow) = subtractingReportingOverflow(other)
        return overflow ? (other > 0 ? .min : .max) : difference
    }

    package func saturatingMultiply(_ other: Self) -> Self {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? ((self < 0) == (other < 0) ? .max : .min) : product
    }
}

extension Int {
    /// The whole part of a number; 0 for what is none.
    package init(saturating value: Double) {
        self = Int(exactly: value.rounded(.towardZero)) ?? (value.isNaN ? 0 : value < 0 ? .min : .max)
    }
}

extension Sequence {
    package func saturatingSum(_ value: (Element) -> Int) -> Int {
        reduce(0) { $0.saturatingAdd(value($1)) }
    }
}
