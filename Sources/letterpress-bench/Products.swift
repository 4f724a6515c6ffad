import ArgumentParser
import Foundation
import Tensors

/// Measures matrix products and attention, the products beside what one large call of oneDNN on every thread reaches.
struct Products: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Matrix products against plain oneDNN, and attention: GFLOP/s.",
        discussion: """
            The best run counts, since other load only ever adds time; with one thread its processor time counts, which \
            other load hardly touches. "plain" is the sum over all threads of one undivided product each.

            Examples:
              letterpress-bench products
              letterpress-bench products --threads 1 --json
            """)

    @Option(help: "Threads that work.")
    var threads = 2

    @Option(help: "Runs of each case.")
    var repeats = 15

    @Flag(help: "One JSON object instead of a table.")
    var json = false

    func validate() throws {
        guard threads > 0, repeats > 0 else { throw ValidationError("--threads and --repeats are positive") }
    }

    func run() throws {
        let kernels = try CPUKernels(threads: threads)
        let plain = try PlainProducts(threads: threads)
        var products: [[String: Any]] = []
        var attentions: [[String: Any]] = []
        if !json { print("M x N x K".padded(26) + "type      ours   plain   share") }
        for type in [ElementType.float32, .bfloat16] {
            for sides in ProductSides.cases {
                let case_ = try ProductRun(sides, type, kernels)
                try plain.prepare(case_)
                let (ours, theirs) = alternate(
                    sides.operations * Double(threads), { case_.run(kernels) }, { plain.run(case_) })
                let (rate, other) = (sides.operations / ours / 1e9, sides.operations * Double(threads) / theirs / 1e9)
                products.append([
                    "m": sides.m, "n": sides.n, "k": sides.k, "kind": sides.kind, "type": type.rawValue, "gflops": rate,
                    "plain_gflops": other,
                ])
                guard !json else { continue }
                print(
                    "\(sides)".padded(26) + type.rawValue.padded(6)
                        + String(format: "%8.1f%8.1f%7.0f%%", rate, other, 100 * rate / other))
            }
        }
        for type in [ElementType.float32, .bfloat16] {
            for (length, sequences) in [(512, 4), (1024, 2), (4096, 1)] {
                let run = try AttentionRun(length: length, sequences: sequences, type, kernels)
                let (forward, backward) = alternate(
                    run.operations, { run.forward(kernels) }, { run.backward(kernels) })
                attentions.append([
                    "length": length, "sequences": sequences, "type": type.rawValue, "forward_seconds": forward,
                    "backward_seconds": backward,
                ])
                guard !json else { continue }
                print(
                    "attention \(sequences) x \(length)".padded(26) + type.rawValue.padded(6)
                        + String(
                            format: "forward %.2f ms (%.0f GFLOP/s), backward %.2f ms (%.0f)", forward * 1e3,
                            run.operations / forward / 1e9, backward * 1e3, 2.5 * run.operations / backward / 1e9))
            }
        }
        if json {
            try printJSON([
                "kernels": kernels.name, "threads": threads, "products": products, "attention": attentions,
            ])
        }
    }

    private func now() -> Double {
        var time = timespec()
        clock_gettime(threads == 1 ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }

    /// The least seconds of two works of about so many operations that take turns, each long enough that the other's threads
    /// have gone to sleep.
    private func alternate(
        _ operations: Double, _ first: () -> Void, _ second: () -> Void
    ) -> (Double, Double) {
        let times = max(1, Int(4e9 / operations))
        func seconds(_ work: () -> Void) -> Double {
            let start = now()
            for _ in 0..<times { work() }
            return (now() - start) / Double(times)
        }
        first()  // oneDNN writes its code in the first run
        second()
        var (one, other) = (Double.infinity, Double.infinity)
        for _ in 0..<repeats {
            one = min(one, seconds(first))
            other = min(other, seconds(second))
        }
        return (one, other)
    }
}

extension String {
    fileprivate func padded(_ width: Int) -> String {
        self + String(repeating: " ", count: max(1, width - count))
    }
}
