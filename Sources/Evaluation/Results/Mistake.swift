import Foundation

/// An answer that is wrong, for people to look at.
public struct Mistake: Codable, Sendable, Equatable {
    /// The example.
    public var id: String
    /// Its beginning; the two texts of a pair with a bar between them.
    public var text: String
    /// What is right.
    public var label: String
    /// What was answered.
    public var prediction: String
    /// The probability that the model gave its answer; of numbers how far it is off.
    public var confidence: Double

    /// How many a result tells.
    static let limit = 5
    /// Characters of a text.
    static let length = 240

    /// The wrong answers with the highest probability, of numbers those that are furthest off; none of losses and texts. The first of
    /// equals first. O(answers · log answers).
    static func surest(_ lines: [PredictionLine], _ task: TaskDefinition) -> [Mistake] {
        guard !task.kind.isOfVectors else { return [] }
        var found: [(confidence: Double, line: PredictionLine)] = []
        for line in lines {
            switch (line.answer, line.example.label) {
            case (.classes(let scores), .index(let right)?), (.choices(let scores, _), .index(let right)?):
                guard let index = line.answer.index, index != right else { continue }
                found.append((1 / scores.reduce(0) { $0 + exp($1 - scores[index]) }, line))
            case (.number(let number), .value(let right)?): found.append((abs(number - right), line))
            default: continue
            }
        }
        let sorted = found.enumerated().filter { $0.element.confidence.isFinite }.sorted {
            $0.element.confidence > $1.element.confidence
                || $0.element.confidence == $1.element.confidence && $0.offset < $1.offset
        }
        return sorted.prefix(limit).map { Mistake($0.element.line, task, $0.element.confidence) }
    }

    private init(_ line: PredictionLine, _ task: TaskDefinition, _ confidence: Double) {
        let example = line.example
        func name(_ index: Int) -> String {
            if task.labels.indices.contains(index) { return task.labels[index] }
            return example.choices.indices.contains(index)
                ? example.choices[index].continuation.trimmingCharacters(in: .whitespaces) : "\(index)"
        }
        id = example.id
        text = Self.shortened(example.textA + (example.textB.map { " | \($0)" } ?? ""))
        switch example.label {
        case .index(let index)?: label = Self.shortened(name(index))
        case .value(let value)?: label = Self.short(value)
        case .indices, nil: label = ""
        }
        if case .number(let number) = line.answer {
            prediction = Self.short(number)
        } else {
            prediction = line.answer.index.map { Self.shortened(name($0)) } ?? ""
        }
        self.confidence = confidence
    }

    private static func short(_ value: Double) -> String { String(format: "%.4g", value) }

    private static func shortened(_ text: String) -> String {
        text.count <= length ? text : String(text.prefix(length)) + "…"
    }
}
