extension Metric {
    /// The metrics of entities, as seqeval tells them.
    static let ofEntities: [Metric] = [
        entities("f1_entities", "F1 of entities, words and type") { $0.f1 },
        entities("precision_entities", "share of predicted entities that are right") { $0.precision },
        entities("recall_entities", "share of entities that are found") { $0.recall },
        entities("f1_entities_strict", "F1 of entities that follow IOB2, or IOBES, to the letter", isStrict: true) {
            $0.f1
        },
    ]

    private static func entities(
        _ name: String, _ summary: String, isStrict: Bool = false, _ score: @escaping @Sendable (EntityCounts) -> Double
    ) -> Metric {
        Metric(name: name, summary: summary, direction: .higher) { outcomes in
            guard case .words(let sentences, _) = outcomes else { return .undefined("the metric is of labelled words") }
            return WordScores.entities(sentences, isStrict: isStrict, score)
        }
    }
}
