/// What dropout draws: each number is left out with probability `rate`.
public struct Dropout: Sendable, Equatable {
    /// Of 0 ..< 1.
    public var rate: Double
    /// The stream.
    public var key: RandomKey
    /// The number of the first row, where what is dropped from is part of a batch.
    public var firstRow: Int

    /// Numbers drawn from `key`.
    public init(rate: Double, key: RandomKey, firstRow: Int = 0) {
        self.rate = rate
        self.key = key
        self.firstRow = firstRow
    }
}
