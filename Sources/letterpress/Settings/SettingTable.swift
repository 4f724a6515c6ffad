import Corpora
import Evaluation
import Foundations
import Patches
import Typesetting
import ZooKit

/// Every setting that a flag, the environment, a file or a preset may give, by section and key.
///
/// Sections and keys are those of `settings` in a manifest. The variable of a key is `LETTERPRESS_` and the key in
/// capitals, in `sampling`, `pixels`, `generate`, `pretrain`, `finetune`, `task` and `evaluate` with the section in front.
enum SettingTable {
    enum Kind {
        case text, integer, number, boolean, list, integers, numbers
    }

    /// The kind of each key, by section. Keys and types are those that the settings of the section declare.
    static let kinds: [String: [String: Kind]] = [
        "fonts": kinds(of: FontSettings()), "render": kinds(of: RenderOptions()), "layout": kinds(of: LayoutOptions()),
        "read": kinds(of: ReadOptions()), "shards": kinds(of: ShardOptions()), "run": kinds(of: RunSettings()),
        "sources": kinds(of: SourceSettings()), "pretrain": kinds(of: PretrainSettings()),
        "task": kinds(of: FinetuneSources()), "finetune": kinds(of: FinetuneSettings()),
        "evaluate": kinds(of: EvaluationSettings()), "sampling": kinds(of: SamplingOptions()),
        "pixels": kinds(of: PixelGenerationSettings()), "generate": kinds(of: GenerateSettings()),
    ]

    private static func kinds(of settings: some Codable) -> [String: Kind] {
        var kinds = ((try? StrictJSON.keys(of: settings)) ?? [:]).mapValues { kind(of: $0) }
        // What earlier versions froze is a method now; only their files say it.
        kinds["frozen"] = nil
        return kinds
    }

    private static func kind(of type: any Any.Type) -> Kind {
        switch type {
        case is Bool.Type: .boolean
        case is any FixedWidthInteger.Type: .integer
        case is any BinaryFloatingPoint.Type: .number
        case is [Int].Type: .integers
        case is [Double].Type: .numbers
        case is any ListType.Type: .list
        default: .text
        }
    }

    /// Sections whose keys are common words: their variables name the section too.
    private static let namedSections: Set = [
        "sampling", "pixels", "generate", "pretrain", "finetune", "task", "evaluate",
    ]

    /// Section and key of each variable. `format` is that of the shards; the format of inputs is `INPUT_FORMAT`.
    static let variables: [String: (section: String, key: String)] = {
        var found: [String: (section: String, key: String)] = [:]
        for (section, keys) in kinds {
            for key in keys.keys {
                var name = section == "read" && key == "format" ? "input_format" : key
                if namedSections.contains(section) { name = "\(section)_\(key)" }
                found["LETTERPRESS_" + name.uppercased()] = (section, key)
            }
        }
        found["LETTERPRESS_FONTS"] = ("fonts", "stack")
        found["LETTERPRESS_STACK"] = nil
        return found
    }()

    /// Variables that are no settings: where the installation and Python lie, and what the build reads.
    static let otherVariables: Set = [
        "LETTERPRESS_ROOT", "LETTERPRESS_DOCS", "LETTERPRESS_AS_DEPENDENCY", "LETTERPRESS_PYTHON",
    ]

    /// The flag of a key, as users type it.
    static func flag(of key: String) -> String {
        let named = [
            "on_structure_error": "on-error", "keep_fields": "keep", "paths": "font", "stack": "fonts",
            "allow_other": "allow-other-fonts", "format": "input-format",
        ]
        return "--" + (named[key] ?? key.replacing("_", with: "-"))
    }

    /// Reads text as a value of a kind; `nil` when it is none.
    static func value(_ text: String, _ kind: Kind) -> JSONValue? {
        switch kind {
        case .text: .string(text)
        case .integer: Int(text).map { .integer($0) }
        case .number: Double(text).map { .number($0) }
        case .boolean:
            ["1": true, "true": true, "yes": true, "on": true, "0": false, "false": false, "no": false, "off": false][
                text.lowercased()
            ].map { .bool($0) }
        case .list: .array(text.split(separator: ",").map { .string(String($0)) })
        case .numbers:
            text.split(separator: ",").reduce(.array([])) { list, part in
                guard case .array(let found)? = list, let number = Double(part) else { return nil }
                return .array(found + [.number(number)])
            }
        case .integers:
            text.split(separator: ",").reduce(.array([])) { list, part in
                guard case .array(let found)? = list, let number = Int(part) else { return nil }
                return .array(found + [.integer(number)])
            }
        }
    }
}

/// A type of lists.
private protocol ListType {}

extension Array: ListType {}
