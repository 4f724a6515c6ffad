import ArgumentParser
import Foundations

/// The reading of texts to classify: those of ``ReadingFlags`` that have a meaning for them.
struct PredictReadingFlags: SettingFlags {
    @OptionGroup var files: TextFileFlags
    @Option(help: ArgumentHelp("Field with the text (the training data's, or text).", valueName: "name"))
    var textField: String?
    @Option(help: ArgumentHelp("Field with text B of pairs (the training data's).", valueName: "name"))
    var textBField: String?
    @Option(help: ArgumentHelp("Field with a list of words to label (the text is cut).", valueName: "name"))
    var wordsField: String?

    func add(to layer: inout SettingLayer) {
        files.add(to: &layer)
        func set(_ key: String, _ value: JSONValue?) { layer.set("read", key, value) }
        set("text_field", textField.map { .string($0) })
        set("text_b_field", textBField.map { .string($0) })
        set("words_field", wordsField.map { .string($0) })
    }
}
