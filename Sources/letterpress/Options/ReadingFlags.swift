import ArgumentParser
import Foundations

/// How inputs become documents.
struct ReadingFlags: SettingFlags {
    @OptionGroup var files: FileFlags
    @Option(help: ArgumentHelp("Field with the text (text).", valueName: "name")) var textField: String?
    @Option(help: ArgumentHelp("Field with text B; makes pairs (none).", valueName: "name")) var textBField: String?
    @Option(help: ArgumentHelp("Field with a list of words (none).", valueName: "name")) var wordsField: String?
    @Option(help: ArgumentHelp("Field with the label (none).", valueName: "name")) var labelField: String?
    @Option(name: .customLong("keep"), help: ArgumentHelp("Field to pass through; repeat.", valueName: "name"))
    var keepFields: [String] = []
    @Option(help: ArgumentHelp("Only documents whose number modulo n is i (0/1).", valueName: "i/n")) var shard: String?

    /// i and n of `--shard i/n`.
    private var shardParts: (index: Int, count: Int)? {
        guard let parts = shard?.split(separator: "/", omittingEmptySubsequences: false).map({ Int($0) }),
            parts.count == 2, let index = parts[0], let count = parts[1], count > 0, (0..<count).contains(index)
        else { return nil }
        return (index, count)
    }

    func validate() throws {
        if shard != nil, shardParts == nil {
            throw ValidationError("--shard takes i/n with 0 <= i < n, for instance 0/8")
        }
    }

    func add(to layer: inout SettingLayer) {
        files.add(to: &layer)
        func set(_ key: String, _ value: JSONValue?) { layer.set("read", key, value) }
        set("text_field", textField.map { .string($0) })
        set("text_b_field", textBField.map { .string($0) })
        set("words_field", wordsField.map { .string($0) })
        set("label_field", labelField.map { .string($0) })
        set("keep_fields", keepFields.isEmpty ? nil : .array(keepFields.map { .string($0) }))
        set("shard_index", shardParts.map { .integer($0.index) })
        set("shard_count", shardParts.map { .integer($0.count) })
    }
}
