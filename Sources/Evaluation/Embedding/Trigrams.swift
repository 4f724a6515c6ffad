/// Counts of the runs of three characters (Unicode scalars) of a text, a blank before and behind it: a baseline that knows letters alone.
struct Trigrams {
    /// Counts by run, three times 21 bits.
    fileprivate let counts: [UInt64: Double]
    fileprivate let length: Double

    /// Of a text. O(characters).
    init(_ text: String) {
        var counts: [UInt64: Double] = [:]
        var (run, seen): (UInt64, Int) = (0, 0)
        for scalar in [32] + text.unicodeScalars.map(\.value) + [32] {
            run = (run << 21 | UInt64(scalar)) & 0x7FFF_FFFF_FFFF_FFFF
            seen += 1
            if seen >= 3 { counts[run, default: 0] += 1 }
        }
        self.counts = counts
        // Sums of whole numbers: their order changes nothing.
        length = counts.values.reduce(0) { $0 + $1 * $1 }.squareRoot()
    }

    /// The cosine with another text's counts; 0 where either has none. O(distinct runs).
    func cosine(_ other: Trigrams) -> Double {
        cosine(counts.reduce(0) { $0 + $1.value * (other.counts[$1.key] ?? 0) }, other)
    }

    fileprivate func cosine(_ product: Double, _ other: Trigrams) -> Double {
        length > 0 && other.length > 0 ? product / (length * other.length) : 0
    }

    /// For each of `first` the cosines with all of `second`. O(shared runs).
    static func cosines(_ first: [Trigrams], _ second: [Trigrams], _ body: (Int, [Double]) -> Void) {
        var places: [UInt64: [(text: Int, count: Double)]] = [:]
        for (text, trigrams) in second.enumerated() {
            for (run, count) in trigrams.counts { places[run, default: []].append((text, count)) }
        }
        for (index, trigrams) in first.enumerated() {
            var products = [Double](repeating: 0, count: second.count)
            for (run, count) in trigrams.counts {
                for place in places[run] ?? [] { products[place.text] += count * place.count }
            }
            body(index, second.indices.map { trigrams.cosine(products[$0], second[$0]) })
        }
    }
}

extension BaselineScores {
    /// The metrics of pairs whose texts are compared by ``Trigrams``.
    static func trigramScores(_ examples: [TaskExample], _ task: TaskDefinition) -> [String: Double] {
        let outcomes: Outcomes
        if task.kind == .retrieval {
            outcomes = .ranks(trigramRanks(examples))
        } else {
            outcomes = .numbers(
                predicted: examples.map { Trigrams($0.textA).cosine(Trigrams($0.textB ?? "")) },
                gold: examples.map { $0.label?.value ?? 0 })
        }
        return Metric.values(task.metrics, outcomes).compactMapValues(\.number)
    }

    /// The rank of each example's text B among those of its language; equals stand before it.
    private static func trigramRanks(_ examples: [TaskExample]) -> [Int] {
        var ranks = [Int](repeating: 1, count: examples.count)
        for (language, pool) in pool(examples) {
            let own = examples.indices.filter { (examples[$0].language ?? "") == language }
            let texts = pool.map { Array((examples[$0].textB ?? "").utf8) }
            let second = pool.map { Trigrams(examples[$0].textB ?? "") }
            Trigrams.cosines(own.map { Trigrams(examples[$0].textA) }, second) { index, cosines in
                let text = Array((examples[own[index]].textB ?? "").utf8)
                guard let place = texts.firstIndex(of: text) else { return }
                ranks[own[index]] = 1 + cosines.indices.count { $0 != place && cosines[$0] >= cosines[place] }
            }
        }
        return ranks
    }

    /// The examples of each language whose text B is none of an earlier example's.
    static func pool(_ examples: [TaskExample]) -> [String: [Int]] {
        var (seen, found): ([String: Set<[UInt8]>], [String: [Int]]) = ([:], [:])
        for (place, example) in examples.enumerated() {
            let language = example.language ?? ""
            if seen[language, default: []].insert(Array((example.textB ?? "").utf8)).inserted {
                found[language, default: []].append(place)
            }
        }
        return found
    }

    /// Expected metrics of random orders, the mean over the examples.
    static func rankChance(_ examples: [TaskExample], _ task: TaskDefinition) -> [String: Double] {
        let sizes = pool(examples).mapValues(\.count)
        var values: [String: Double] = [:]
        for name in task.metrics {
            let each = examples.compactMap { RankScores.chance(name, count: sizes[$0.language ?? ""] ?? 1) }
            if each.count == examples.count, !each.isEmpty { values[name] = each.reduce(0, +) / Double(each.count) }
        }
        return values
    }
}
