import Foundations
import Tensors

/// Which examples each step reads: every epoch all of them in an order of its own, the last step of an epoch what is left. A
/// function of the step alone, so that a resumed run needs no place in it.
struct ExampleOrder {
    let count: Int
    let batch: Int
    let key: RandomKey
    private var epoch = -1
    private var places: [Int] = []

    /// Orders of `count` examples, at least one, drawn from `seed`.
    init(count: Int, batch: Int, seed: UInt64) {
        self.count = count
        self.batch = batch
        key = RandomKey(seed: seed).with("examples")
    }

    /// The examples of step `step`, from 0. O(count) at the first step of an epoch.
    mutating func places(of step: Int) -> ArraySlice<Int> {
        let perEpoch = (count + batch - 1) / batch
        let (wanted, index) = step.quotientAndRemainder(dividingBy: perEpoch)
        if wanted != epoch {
            var random = SplitMix64(seed: key.bits(at: wanted))
            places = Array(0..<count).shuffled(using: &random)
            epoch = wanted
        }
        return places[index * batch..<min(count, (index + 1) * batch)]
    }
}
