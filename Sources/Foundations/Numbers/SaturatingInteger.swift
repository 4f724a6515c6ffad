extension FixedWidthInteger {
    /// The whole part of a number from outside; the nearest integer of the type for what it cannot hold, 0 for NaN.
    @inlinable
    public init<Number: BinaryFloatingPoint>(saturating value: Number) {
        if value.isNaN {
            self = 0
        } else if value >= Number(Self.max) {
            self = .max
        } else if value <= Number(Self.min) {
            self = .min
        } else {
            self.init(value)
        }
    }

    /// The sum, or the nearest integer of the type.
    @inlinable
    public func addingSaturating(_ other: Self) -> Self {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other < 0 ? .min : .max) : sum
    }
}
