import Corpora
import Foundation
import Foundations
import ZooKit

/// Prints what a model thinks of texts.
struct ScorePrinter {
    let tokenizer: any Tokenizer
    let isJSON: Bool

    /// A line for each predicted token.
    func tokens(_ score: TextScore, of name: String) throws {
        for token in score.scores {
            let piece = String(decoding: tokenizer.piece(token.id, keepsSpecial: true), as: UTF8.self)
            if isJSON {
                try Console.result(
                    .object([
                        "text": .string(name), "place": .integer(token.place), "id": .integer(Int(token.id)),
                        "piece": .string(piece), "log_probability": .number(token.logProbability),
                        "rank": .integer(token.rank), "entropy": .number(token.entropy),
                    ]))
            } else {
                let spelled = String(decoding: JSONValue.string(piece).encoded(), as: UTF8.self)
                try Console.result(
                    [
                        "\(token.place)", "\(token.id)", spelled, number(token.logProbability), "\(token.rank)",
                        number(token.entropy),
                    ].joined(separator: "\t"))
            }
        }
    }

    /// The sums of a text, or of all where there is no name.
    func summary(_ total: ScoreText.Total, of name: String?, _ windows: ScoreWindows) throws {
        let mean = total.surprise / Double(total.predicted)
        let bits = total.surprise / log(2) / Double(total.bytes)
        guard isJSON else {
            let title = name ?? "all \(counted(total.texts, "text"))"
            guard total.predicted > 0 else {
                return try Console.result("\(title): \(counted(total.count, "token")), none predicted")
            }
            return try Console.result(
                "\(title): perplexity \(number(exp(mean))), \(number(mean)) nats a token, \(number(bits)) bits a byte; "
                    + "\(total.predicted) of \(counted(total.count, "token")), windows of \(windows.window) every \(windows.stride)"
            )
        }
        func finite(_ number: Double) -> JSONValue { number.isFinite ? .number(number) : .null }
        var fields: [String: JSONValue] = [
            "tokens": .integer(total.count), "predicted": .integer(total.predicted),
            "surprise": .number(total.surprise), "perplexity": finite(exp(mean)), "bits_per_byte": finite(bits),
            "window": .integer(windows.window), "stride": .integer(windows.stride),
        ]
        if let name { fields["text"] = .string(name) } else { fields["texts"] = .integer(total.texts) }
        try Console.result(.object(fields))
    }

    private func number(_ value: Double) -> String { String(format: "%.4f", value) }
}
