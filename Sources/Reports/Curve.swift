/// Values over steps.
public struct Curve: Sendable, Equatable {
    /// The steps, ascending.
    public private(set) var steps: [Int] = []
    /// A value for each step.
    public private(set) var values: [Double] = []

    /// A curve without values.
    public init() {}

    /// Adds a value; steps must ascend.
    public mutating func append(_ value: Double, at step: Int) {
        steps.append(step)
        values.append(value)
    }

    /// The exponential moving average: weights fall by half every `half` values, and the bias of the first ones is corrected.
    /// Values that are not finite are left out. O(values).
    public func smoothed(half: Double) -> Curve {
        let keep = half > 0 ? 1 / (1 + 1 / half) : 0
        var (mean, weight) = (0.0, 0.0)
        var result = Curve()
        for (step, value) in zip(steps, values) where value.isFinite {
            mean = keep * mean + (1 - keep) * value
            weight = keep * weight + 1 - keep
            result.append(mean / weight, at: step)
        }
        return result
    }

    /// About `limit` values at most: of each stretch of steps the smallest and the largest, in their order. O(values).
    func thinned(to limit: Int) -> Curve {
        guard values.count > limit, limit >= 2 else { return self }
        let stretch = (2 * values.count + limit - 1) / limit
        var result = Curve()
        for start in stride(from: 0, to: values.count, by: stretch) {
            let places = (start..<min(start + stretch, values.count)).filter { values[$0].isFinite }
            guard let low = places.min(by: { values[$0] < values[$1] }),
                let high = places.max(by: { values[$0] < values[$1] })
            else { continue }
            for place in Set([low, high]).sorted() { result.append(values[place], at: steps[place]) }
        }
        return result
    }
}
