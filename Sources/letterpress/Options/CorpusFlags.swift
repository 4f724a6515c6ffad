import ArgumentParser
import Foundations

/// How a training reads its corpora: what of ``ReadingFlags`` it has a use for.
struct CorpusFlags: SettingFlags {
    @OptionGroup var files: FileFlags
    @Option(help: ArgumentHelp("Field with the text (text).", valueName: "name")) var textField: String?

    func add(to layer: inout SettingLayer) {
        files.add(to: &layer)
        func set(_ key: String, _ value: JSONValue?) { layer.set("read", key, value) }
        set("text_field", textField.map { .string($0) })
    }
}
