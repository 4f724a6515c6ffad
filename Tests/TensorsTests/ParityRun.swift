import ReferenceKernels
import Testing

@testable import Tensors

/// One kernel call with random operands, on the reference and on sets under test; what all of them wrote is compared.
///
/// Every array stands in memory of its own with gaps between its rows and around them. Gaps hold what poisons any result (not
/// a number, a huge index), and so do results that are to be overwritten. After the call every byte outside the results must
/// be what it was, every result must be near the reference's, and the sets under test must agree in every bit.
final class ParityRun {
    /// Numbers of both: those of the reference in double precision, the others in the type under test.
    let precision: Precision
    /// 0 for tall operands that are cut into many pieces, 1 for wide ones, further rounds for small ones.
    let round: Int
    private let reference = ReferenceKernels()
    private let sets: [any KernelSet]
    private var arrays: [ParityArray] = []
    private let key: RandomKey
    private var drawn = 0

    init(_ precision: Precision, round: Int, seed: RandomKey, sets: [any KernelSet]) {
        self.precision = precision
        self.round = round
        self.sets = sets
        key = seed
    }

    /// The type most numbers of the run have.
    var type: ElementType { precision.compute }
    var stream: ElementType { precision.stream }
    /// Either of the two.
    var anyType: ElementType { pick([type, stream]) }

    // MARK: Drawing

    private func uniform() -> Double {
        drawn += 1
        return key.uniform(at: drawn)
    }

    func int(_ range: ClosedRange<Int>) -> Int { range.lowerBound + Int(uniform() * Double(range.count)) }
    func flag() -> Bool { uniform() < 0.5 }
    func pick<Value>(_ values: [Value]) -> Value { values[int(0...values.count - 1)] }
    func number(_ low: Double, _ high: Double) -> Double { low + (high - low) * uniform() }

    /// `count` numbers of low ..< high.
    func numbers(_ count: Int, _ low: Double = -1, _ high: Double = 1) -> [Double] {
        (0..<count).map { _ in number(low, high) }
    }

    /// `count` indices below `limit`; some negative if `holes`.
    func indices(_ count: Int, below limit: Int, holes: Bool = true) -> [Double] {
        (0..<count).map { _ in holes && int(0...6) == 0 ? -1 : Double(int(0...limit - 1)) }
    }

    /// Rows and columns, at times none; `least` columns or more.
    func shape(least: Int = 0) -> (rows: Int, columns: Int) {
        switch round {
        case 0: return (int(300...600), max(least, int(60...130)))
        case 1: return (int(1...3), int(16_500...40_000))
        case 2 where least == 0: return pick([(0, 5), (5, 0), (0, 0)])
        case 2: return (0, least)
        default: return (pick([1, 2, 3, 7, 16, 33]), max(least, pick([1, 2, 3, 7, 8, 15, 16, 17, 31, 33, 64, 100])))
        }
    }

    // MARK: Arrays

    /// What the kernel reads.
    func input(
        _ rows: Int, _ columns: Int, _ type: ElementType, _ values: [Double]? = nil, packed: Bool = false
    ) -> ParityArray {
        make(rows, columns, type, values ?? numbers(rows * columns), packed: packed, isResult: false)
    }

    /// Numbers close together.
    func list(_ values: [Double], _ type: ElementType? = nil) -> ParityArray {
        input(1, values.count, type ?? stream, values, packed: true)
    }

    /// What the kernel writes: random numbers to begin with if it is to add to them, what is not a number if not.
    func result(
        _ rows: Int, _ columns: Int, _ type: ElementType, accumulate: Bool = false, packed: Bool = false
    ) -> ParityArray {
        make(
            rows, columns, type, accumulate ? numbers(rows * columns) : nil, packed: packed, isResult: true)
    }

    /// As `result`, numbers close together.
    func resultList(_ count: Int, _ type: ElementType? = nil, accumulate: Bool = false) -> ParityArray {
        result(1, count, type ?? stream, accumulate: accumulate, packed: true)
    }

    /// What the kernel reads and writes.
    func changed(
        _ rows: Int, _ columns: Int, _ type: ElementType, _ values: [Double]? = nil, packed: Bool = false
    ) -> ParityArray {
        make(rows, columns, type, values ?? numbers(rows * columns), packed: packed, isResult: true)
    }

    private func make(
        _ rows: Int, _ columns: Int, _ type: ElementType, _ values: [Double]?, packed: Bool, isResult: Bool
    ) -> ParityArray {
        let stride = columns + (packed || flag() ? 0 : int(1...9))
        let array = ParityArray(
            rows: rows, columns: columns, type: type, offset: int(0...9), stride: stride, isResult: isResult)
        array.begin(values, sets: [reference] + sets)
        arrays.append(array)
        return array
    }

    // MARK: Calls

    /// How a call names an array's operand.
    typealias At = (ParityArray) -> Operand

    /// Runs on the reference alone what makes operands of the call to come; its results, rounded to their type, are operands
    /// of all sets from then on.
    func prepare(_ results: [ParityArray], _ body: (any KernelSet, At) throws -> Void) rethrows {
        try body(reference) { $0.operands[0] }
        for array in results {
            array.isResult = false
            array.begin(array.numbers(of: 0, reference), sets: [reference] + sets)
        }
        reference.counters = KernelCounters()
    }

    /// Runs the call on every set.
    func call(_ body: (any KernelSet, At) throws -> Void) rethrows {
        for (place, set) in ([reference] + sets).enumerated() {
            set.counters = KernelCounters()
            try body(set) { $0.operands[place] }
        }
    }

    /// What differs, one line a flaw.
    func flaws(_ single: Tolerance, _ half: Tolerance) -> [String] {
        var flaws: [String] = []
        for (number, array) in arrays.enumerated() {
            let tolerance = array.type == .bfloat16 ? half : array.type == .float32 ? single : .exact
            let text =
                "array \(number) [\(array.rows),\(array.columns)] \(array.type.rawValue) of stride \(array.stride)"
            flaws += array.flaws(reference, sets, tolerance).map { "\(text): \($0)" }
        }
        for set in sets {
            let (wanted, got) = (reference.counters, set.counters)
            if (wanted.products, wanted.productOperations) != (got.products, got.productOperations) {
                flaws.append("counts \(got.products) products of \(got.productOperations), not \(wanted)")
            }
        }
        return flaws
    }
}

/// How near a result must be to the reference's.
struct Tolerance: Sendable {
    /// Of the number's own size.
    var relative: Double
    /// Of the largest in the array.
    var scaled: Double
    var absolute = 0.0

    static let exact = Tolerance(relative: 0, scaled: 0)
    /// A few roundings of a single, and those of sums.
    static let single = Tolerance(relative: 1e-5, scaled: 2e-6)
    /// A few roundings of a bfloat16 (2^-9 each).
    static let half = Tolerance(relative: 1e-2, scaled: 4e-3)
}
