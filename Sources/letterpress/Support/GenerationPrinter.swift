import Foundation
import Foundations
import ZooKit

/// Texts as they come: one streams, several are written in the order of their prompts.
struct GenerationPrinter {
    private let prompts: [Int: JSONValue]
    private let report: ReportFlags
    /// Request and sample, in the order of the output.
    private let order: [[Int]]
    private var next = 0
    private var done: [[Int]: Generation] = [:]
    private let start = ContinuousClock.now
    private var first: Duration?
    private var tokens = 0
    private var shown = 0
    private let streams: Bool

    init(_ asked: [(prompt: JSONValue, request: GenerationRequest)], report: ReportFlags) {
        prompts = Dictionary(uniqueKeysWithValues: asked.map { ($0.request.id, $0.prompt) })
        self.report = report
        order = asked.flatMap { item in (0..<item.request.samples).map { [item.request.id, $0] } }
        streams = order.count == 1 && !report.json
    }

    /// A token was chosen.
    mutating func token(_ event: GenerationEvent) throws {
        tokens += 1
        if first == nil { first = start.duration(to: .now) }
        if streams { try Console.piece(event.text) }
        guard report.showsProgress, !streams, tokens >= shown + 32 else { return }
        shown = tokens
        Console.progress("\(next) of \(counted(order.count, "text")), \(counted(tokens, "token"))")
    }

    /// A text is done; it is written when all before it are.
    mutating func end(_ generation: Generation) throws {
        done[[generation.id, generation.sample]] = generation
        while next < order.count, let ready = done.removeValue(forKey: order[next]) {
            next += 1
            if streams {
                try Console.piece("\n")
                continue
            }
            if report.showsProgress { Console.progress(nil) }
            if report.json {
                try Console.result(json(ready))
            } else {
                try Console.result("-- prompt \(ready.id), sample \(ready.sample)\n\(ready.text ?? "")")
            }
        }
    }

    private func json(_ generation: Generation) -> JSONValue {
        var fields: [String: JSONValue] = [
            "id": .integer(generation.id), "sample": .integer(generation.sample),
            "prompt": prompts[generation.id] ?? .null, "text": .string(generation.text ?? ""),
            "tokens": .array(generation.tokens.map { .integer(Int($0)) }),
            "reason": .string(generation.reason.rawValue),
        ]
        if let steps = generation.steps {
            fields["log_probabilities"] = .array(steps.map { .number($0.logProbability) })
            fields["ranks"] = .array(steps.map { .integer($0.rank) })
        }
        return .object(fields)
    }

    /// How long it took.
    func finish() throws {
        func seconds(_ time: Duration) -> Double {
            Double(time.components.attoseconds) * 1e-18 + Double(time.components.seconds)
        }
        guard let first, tokens > 1 else { return }
        let rest = seconds(start.duration(to: .now)) - seconds(first)
        report.note(
            String(
                format: "%d tokens: the first after %.3f s, then %.1f a second", tokens, seconds(first),
                Double(tokens - 1) / max(rest, 1e-9)))
    }
}
