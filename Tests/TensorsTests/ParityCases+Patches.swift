import Tensors

// Pixels, patch losses, optimisation.
extension ParityCase {
    static let patches = [
        ParityCase("unpackPixels") { run in
            let (rows, channels) = (run.round == 0 ? 100 : run.pick([0, 1, 5]), run.pick([1, 3, 4]))
            let columns = channels * run.pick([1, 4, 9, 256])
            let pixels = run.input(rows, columns, .uint8, run.pixels(rows * columns))
            let (x, planar) = (run.result(rows, columns, run.type), run.flag())
            let (scale, origin) = (run.pick([1.0, -1, 2]), run.flag() ? run.list(run.numbers(columns)) : nil)
            run.call { set, at in
                set.unpackPixels(
                    at(pixels), to: at(x), scale: scale, origin: origin.map(at), rows: rows, columns: columns,
                    channels: channels, planar: planar)
            }
        },
        ParityCase("patchErrors", rounds: 24) { run in
            let (kind, rows, columns, prediction, targets, indices) = run.patchInputs()
            let errors = run.resultList(rows)
            run.call { set, at in
                set.patchErrors(
                    kind, at(prediction), targets: at(targets), indices: at(indices), to: at(errors), rows: rows,
                    columns: columns)
            }
        },
        ParityCase("patchErrorsBackward", rounds: 24) { run in
            let (kind, rows, columns, prediction, targets, indices) = run.patchInputs()
            let (gradient, accumulate) = (run.list(run.numbers(rows)), run.flag())
            let d = run.result(rows, columns, run.type, accumulate: accumulate)
            run.call { set, at in
                set.patchErrorsBackward(
                    kind, at(prediction), targets: at(targets), indices: at(indices), gradient: at(gradient),
                    to: at(d), rows: rows, columns: columns, accumulate: accumulate)
            }
        },
    ]

    static let optimiser = [
        ParityCase("clipFactor") { run in
            let sum = run.list([run.pick([0, 1e-12, 4, 1e9])])
            let factor = run.resultList(1)
            run.call { set, at in set.clipFactor(at(sum), limit: 1.5, to: at(factor)) }
        },
        ParityCase("adamW", rounds: 16) { run in
            let count = run.round == 0 ? 100_000 : run.pick([0, 1, 7, 64, 100])
            let step = AdamWStep(
                rate: run.pick([1e-3, -0.1]), beta1: 0.9, beta2: 0.95, epsilon: 1e-8, decay: run.pick([0, 0.1]),
                step: run.pick([1, 5, 10_000]))
            let weights = run.changed(1, count, run.stream, packed: true)
            let gradient = run.list(run.numbers(count))
            let first = run.changed(1, count, run.stream, run.numbers(count, -0.3, 0.3), packed: true)
            let second = run.changed(1, count, run.stream, run.numbers(count, 0.01, 0.3), packed: true)
            let factor = run.flag() ? run.list([0.3]) : nil
            let copy = run.flag() ? run.resultList(count, run.type) : nil
            run.call { set, at in
                set.adamW(
                    step, weights: at(weights), gradient: at(gradient), first: at(first), second: at(second),
                    factor: factor.map(at), copy: copy.map(at), count: count)
            }
        },
    ]
}

extension ParityRun {
    fileprivate func pixels(_ count: Int) -> [Double] { (0..<count).map { _ in Double(int(0...255)) } }

    fileprivate func patchInputs() -> (PatchLoss, Int, Int, ParityArray, ParityArray, ParityArray) {
        let (rows, columns) = (round == 0 ? 150 : pick([0, 1, 5]), round == 0 ? 768 : pick([2, 12, 48, 100]))
        let patches = int(1...9)
        // One patch of one colour: its variance is 0.
        let pixels = pixels((patches - 1) * columns) + [Double](repeating: pick([255, 200]), count: columns)
        return (
            PatchLoss.allCases[round % PatchLoss.allCases.count], rows, columns,
            input(rows, columns, type, numbers(rows * columns, -2, 2)), input(patches, columns, .uint8, pixels),
            list(indices(rows, below: patches), .int32)
        )
    }
}
