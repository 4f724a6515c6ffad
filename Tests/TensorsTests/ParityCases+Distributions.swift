import Tensors

// Distributions.
extension ParityCase {
    static let distributions = [
        ParityCase("softmax") { run in
            let (rows, columns) = run.shape(least: 1)
            let scale = run.pick([1, 0.125, -1])
            let x = run.input(rows, columns, run.type, run.logits(rows, columns, scale < 0 ? .infinity : -.infinity))
            let y = run.result(rows, columns, run.type)
            run.call { set, at in set.softmax(at(x), to: at(y), rows: rows, columns: columns, scale: scale) }
        },
        ParityCase("softmaxBackward") { run in
            let (rows, columns) = run.shape(least: 1)
            let (scale, accumulate) = (run.pick([1, 0.125]), run.flag())
            let (y, dy) = (
                run.input(rows, columns, run.type, run.numbers(rows * columns, 0, 2 / Double(columns))),
                run.input(rows, columns, run.type)
            )
            let dx = run.result(rows, columns, run.type, accumulate: accumulate)
            run.call { set, at in
                set.softmaxBackward(
                    at(y), gradient: at(dy), to: at(dx), rows: rows, columns: columns, scale: scale,
                    accumulate: accumulate)
            }
        },
        ParityCase("logProbabilities") { run in
            let (rows, vocabulary) = run.shape(least: 1)
            let temperature = run.pick([1, 0.7, 2])
            let logits = run.input(rows, vocabulary, run.type, run.numbers(rows * vocabulary, -9, 9))
            let targets = run.list(run.indices(rows, below: vocabulary), .int32)
            let (logp, logSums) = (run.resultList(rows), run.resultList(rows))
            run.call { set, at in
                set.logProbabilities(
                    at(logits), targets: at(targets), temperature: temperature, rows: rows, vocabulary: vocabulary,
                    to: at(logp), logSums: at(logSums))
            }
        },
        // 1 - exp(logp) near 0 is what is left of numbers as large as the logits.
        ParityCase(
            "logProbabilitiesBackward", single: Tolerance(relative: 1e-5, scaled: 2e-6, absolute: 2e-6), rounds: 24
        ) { run in
            let (rows, vocabulary) = run.shape(least: 1)
            let (temperature, inPlace) = (run.pick([1, 0.7, 2]), run.flag())
            let type = run.anyType
            let values = run.numbers(rows * vocabulary, -9, 9)
            let logits =
                inPlace ? run.changed(rows, vocabulary, type, values) : run.input(rows, vocabulary, type, values)
            let targets = run.list(run.indices(rows, below: vocabulary), .int32)
            let (logp, logSums) = (run.resultList(rows), run.resultList(rows))
            run.prepare([logp, logSums]) { set, at in
                set.logProbabilities(
                    at(logits), targets: at(targets), temperature: temperature, rows: rows, vocabulary: vocabulary,
                    to: at(logp), logSums: at(logSums))
            }
            let gradient = run.list(run.numbers(rows))
            let d = inPlace ? logits : run.result(rows, vocabulary, run.pick([type, run.type]))
            run.call { set, at in
                set.logProbabilitiesBackward(
                    at(logits), targets: at(targets), logSums: at(logSums), gradient: at(gradient),
                    temperature: temperature, rows: rows, vocabulary: vocabulary, to: at(d))
            }
        },
        // An entropy near 0 is what is left of numbers as large as the logits.
        ParityCase(
            "distributionStatistics", single: Tolerance(relative: 1e-5, scaled: 2e-6, absolute: 3e-6)
        ) { run in
            let (rows, vocabulary) = run.shape(least: 1)
            let temperature = run.pick([1, 0.7, 2])
            // Quarters, so that some are equal to the target's.
            let values = run.numbers(rows * vocabulary, -9, 9).map { ($0 * 4).rounded() / 4 }
            let logits = run.input(rows, vocabulary, run.type, values)
            let targets = run.list(run.indices(rows, below: vocabulary), .int32)
            let (logp, logSums) = (run.resultList(rows), run.resultList(rows))
            run.prepare([logp, logSums]) { set, at in
                set.logProbabilities(
                    at(logits), targets: at(targets), temperature: temperature, rows: rows, vocabulary: vocabulary,
                    to: at(logp), logSums: at(logSums))
            }
            let (entropy, ranks) = (run.resultList(rows), run.resultList(rows, .int32))
            run.call { set, at in
                set.distributionStatistics(
                    at(logits), targets: at(targets), logSums: at(logSums), temperature: temperature, rows: rows,
                    vocabulary: vocabulary, entropy: at(entropy), ranks: at(ranks))
            }
        },
    ]
}

extension ParityRun {
    /// Logits with single places and whole rows that are hidden.
    fileprivate func logits(_ rows: Int, _ columns: Int, _ hidden: Double) -> [Double] {
        (0..<rows).flatMap { row in
            let all = int(0...5) == 0
            return (0..<columns).map { _ in all || int(0...9) == 0 ? hidden : number(-8, 8) }
        }
    }
}
