import ArgumentParser
import Corpora
import Foundations

/// How inputs become texts to classify: what of ``ReadingFlags`` has a meaning for them.
struct PredictReadingFlags: SettingFlags {
    @Option(help: "Format of the files; auto detects it by name (auto).") var inputFormat: ReadOptions.Format?
    @Option(help: ArgumentHelp("Field with the text (the training data's, or text).", valueName: "name"))
    var textField: String?
    @Option(help: ArgumentHelp("Field with text B of pairs (the training data's).", valueName: "name"))
    var textBField: String?
    @Option(name: .customLong("keep"), help: ArgumentHelp("Field to pass through; repeat.", valueName: "name"))
    var keepFields: [String] = []
    @Option(help: "Policy for records that cannot be read (stop).") var onError: ReadOptions.StructurePolicy?
    @Option(help: "Policy for text that is not UTF-8 (replace).") var onEncodingError: ReadOptions.EncodingPolicy?
    @Option(help: ArgumentHelp("Longest record in bytes (67108864).", valueName: "n")) var recordLimit: Int?

    func add(to layer: inout SettingLayer) {
        func set(_ key: String, _ value: JSONValue?) { layer.set("read", key, value) }
        set("format", inputFormat.map { .string($0.rawValue) })
        set("text_field", textField.map { .string($0) })
        set("text_b_field", textBField.map { .string($0) })
        set("keep_fields", keepFields.isEmpty ? nil : .array(keepFields.map { .string($0) }))
        set("on_structure_error", onError.map { .string($0.rawValue) })
        set("on_encoding_error", onEncodingError.map { .string($0.rawValue) })
        set("record_limit", recordLimit.map { .integer($0) })
    }
}
