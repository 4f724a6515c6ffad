import Corpora
import Evaluation
import Foundation
import Foundations

/// Prints predictions, a line each.
struct PredictPrinter {
    /// Characters of a text in lines for people.
    private static let shown = 60

    let isJSON: Bool
    /// Classes that are told; nil for the likeliest in lines for people, and all in JSON.
    let top: Int?

    /// The line of a document. Throws where standard output takes no more.
    func show(_ prediction: Prediction, of document: Document) throws {
        if isJSON { return try Console.result(json(prediction, document)) }
        guard let words = prediction.words else { return try Console.result(line(prediction, document)) }
        for word in words {
            let cells = [word.word, word.label ?? "", word.label == nil ? "" : Self.figures("%.4f", word.probability)]
            try Console.result(cells.map(Self.cell).joined(separator: "\t"))
        }
        try Console.result("")
    }

    private func line(_ prediction: Prediction, _ document: Document) -> String {
        var cells: [String] = []
        if let number = prediction.number { cells.append(Self.figures("%.6g", number)) }
        for (label, probability) in prediction.top(top ?? 1) {
            cells += [Self.cell(label), Self.figures("%.4f", probability)]
        }
        for (_, value) in document.fields.sorted(by: { $0.key < $1.key }) { cells.append(Self.cell(Self.text(value))) }
        let texts = document.segments.map { String(decoding: $0.prefix(4 * Self.shown), as: UTF8.self) }
        let text = Self.cell(texts.joined(separator: " | "))
        let isWhole = text.count <= Self.shown && document.segments.allSatisfy { $0.count <= 4 * Self.shown }
        cells.append(isWhole ? text : "\(text.prefix(Self.shown - 1))…")
        return cells.joined(separator: "\t")
    }

    private func json(_ prediction: Prediction, _ document: Document) -> JSONValue {
        var fields = document.sourceFields
        if prediction.isTruncated { fields["truncated"] = .bool(true) }
        if let words = prediction.words {
            fields["words"] = .array(words.map { .string($0.word) })
            fields["labels"] = .array(words.map { $0.label.map { .string($0) } ?? .null })
            fields["probabilities"] = .array(words.map { $0.label == nil ? .null : .number($0.probability) })
        }
        if let number = prediction.number { fields["value"] = .number(number) }
        if let index = prediction.index {
            let all = prediction.top(top ?? .max)
            fields["label"] = .string(prediction.name(index))
            fields["index"] = .integer(index)
            fields["probability"] = .number(prediction.probabilities[index])
            fields["probabilities"] = .object(
                Dictionary(all.map { ($0.label, JSONValue.number($0.probability)) }) { first, _ in first })
            if top != nil { fields["top"] = .array(all.map { .string($0.label) }) }
        }
        return .object(fields)
    }

    /// A number as every locale writes it in C.
    private static func figures(_ format: String, _ number: Double) -> String { String(format: format, number) }

    private static func text(_ value: JSONValue) -> String {
        if case .string(let text) = value { return text }
        return String(decoding: value.encoded(), as: UTF8.self)
    }

    private static func cell(_ text: String) -> String { TextCell.plain(text.unicodeScalars) }
}
