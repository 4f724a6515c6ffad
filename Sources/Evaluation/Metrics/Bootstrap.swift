import Tensors

/// Standard errors by resampling examples with replacement (Efron 1979).
public struct Bootstrap: Sendable {
    /// How many samples are drawn.
    public let resamples: Int
    private let key: RandomKey

    /// `resamples` of at least 2. Each sample's draws are a function of the seed and its number.
    public init(resamples: Int = 1000, seed: UInt64 = 0) {
        self.resamples = max(2, resamples)
        key = RandomKey(seed: seed).with("bootstrap")
    }

    /// The places that sample `number` of `count` examples holds. O(count).
    public func places(of number: Int, count: Int) -> [Int] {
        let key = key.with(number)
        return (0..<count).map { Int(truncatingIfNeeded: key.bits(at: $0).multipliedFullWidth(by: UInt64(count)).high) }
    }

    /// The standard deviation (n - 1) of the metric over the samples; samples for which it is undefined are left out. `nil` when
    /// fewer than two are left. O(resamples · metric); of texts the metric is told once an example, for it is a mean over these.
    public func standardError(of metric: Metric, _ outcomes: Outcomes) -> Double? {
        let count = outcomes.count
        guard count > 0 else { return nil }
        let isOfTexts =
            switch outcomes {
            case .texts, .judged: true
            default: false
            }
        if isOfTexts {
            let values = (0..<count).compactMap { metric(outcomes.at([$0])).number }
            guard values.count == count else { return nil }
            return deviation(
                (0..<resamples).map { sample in
                    places(of: sample, count: count).reduce(0) { $0 + values[$1] } / Double(count)
                })
        }
        return deviation((0..<resamples).compactMap { metric(outcomes.at(places(of: $0, count: count))).number })
    }

    private func deviation(_ scores: [Double]) -> Double? {
        guard scores.count >= 2 else { return nil }
        let mean = scores.reduce(0, +) / Double(scores.count)
        return (scores.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(scores.count - 1)).squareRoot()
    }
}
