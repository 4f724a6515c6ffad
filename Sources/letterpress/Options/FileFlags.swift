public import ArgumentParser
public import Corpora
import Foundations

extension ReadOptions.Format: ExpressibleByArgument {}
extension ReadOptions.StructurePolicy: ExpressibleByArgument {}
extension ReadOptions.EncodingPolicy: ExpressibleByArgument {}

/// How files are read, whatever becomes of their documents.
struct FileFlags: SettingFlags {
    @Option(help: "Format of the files; auto detects it by name (auto).") var inputFormat: ReadOptions.Format?
    @Option(help: "Policy for records that cannot be read (stop).") var onError: ReadOptions.StructurePolicy?
    @Option(help: "Policy for text that is not UTF-8 (replace).") var onEncodingError: ReadOptions.EncodingPolicy?
    @Option(help: ArgumentHelp("Longest record in bytes (67108864).", valueName: "n")) var recordLimit: Int?

    func add(to layer: inout SettingLayer) {
        func set(_ key: String, _ value: JSONValue?) { layer.set("read", key, value) }
        set("format", inputFormat.map { .string($0.rawValue) })
        set("on_structure_error", onError.map { .string($0.rawValue) })
        set("on_encoding_error", onEncodingError.map { .string($0.rawValue) })
        set("record_limit", recordLimit.map { .integer($0) })
    }
}
