public import Foundations
import Layers
public import Tensors

extension ModelFolder {
    /// The files of a classifier, which `transformers` and ``open(_:_:)`` read: the model with its head of classes, their names in
    /// `id2label`, and `files` beside it. A regression has one name, or none. With
    /// `ofWords` the head labels tokens or patches, and the class is that of token classification.
    ///
    /// Throws `ConfigError`. Numbers are read when the files are written.
    public static func classifier(
        _ model: LanguageModel, labels: [String], ofWords: Bool = false, optimizer: [SafetensorsItem]? = nil,
        files: [String: [UInt8]] = [:],
        workspace: Workspace
    ) throws -> Checkpoint.Model {
        // The class of the folder that it came from is another one.
        model.base.config.architectures = nil
        var files = try checkpoint(
            model, kind: .classification, optimizer: optimizer, files: files, workspace: workspace)
        if case .object(var fields)? = files.config {
            let isRegression = model.heads.labels == 1
            if ofWords {
                let name = ForeignKeyTable.ofWords(model.base.config.modelType)
                fields["architectures"] = .array([.string(name)])
            } else {
                fields["problem_type"] = .string(isRegression ? "regression" : "single_label_classification")
            }
            if !labels.isEmpty, !isRegression {
                let pairs = labels.enumerated().map { ("\($0.offset)", JSONValue.string($0.element)) }
                fields["id2label"] = .object(Dictionary(pairs) { first, _ in first })
                let places = labels.enumerated().map { ($0.element, JSONValue.integer($0.offset)) }
                fields["label2id"] = .object(Dictionary(places) { first, _ in first })
            }
            files.config = .object(fields)
        }
        return files
    }
}
