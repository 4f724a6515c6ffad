import ArgumentParser
import Foundations

/// Texts of the command line, or of files.
struct TextFlags: ParsableArguments {
    @Argument(help: ArgumentHelp("Files with texts; - is standard input.", valueName: "file"), completion: .file())
    var files: [String] = []
    @Option(help: ArgumentHelp("A text; may be repeated.", valueName: "text")) var text: [String] = []

    func validate() throws {
        if files.isEmpty == text.isEmpty { throw ValidationError("give either files or --text; - is standard input") }
    }
}

/// Files that texts are read from, and the fields that are passed through.
struct TextFileFlags: SettingFlags {
    @OptionGroup var files: FileFlags
    @Option(name: .customLong("keep"), help: ArgumentHelp("Field to pass through; repeat.", valueName: "name"))
    var keepFields: [String] = []

    func add(to layer: inout SettingLayer) {
        files.add(to: &layer)
        guard !keepFields.isEmpty else { return }
        layer.set("read", "keep_fields", .array(keepFields.map { .string($0) }))
    }
}
