import Foundations

/// Every setting that a flag, the environment, a file or a preset may give, by section and key.
///
/// Sections and keys are those of `settings` in a manifest. The variable of a key is `LETTERPRESS_` and the key in
/// capitals, in `sampling`, `pixels`, `generate`, `pretrain`, `finetune`, `task` and `evaluate` with the section in front.
enum SettingTable {
    enum Kind {
        case text, integer, number, boolean, list, integers, numbers
    }

    static let kinds: [String: [String: Kind]] = [
        "fonts": ["stack": .text, "paths": .list, "allow_other": .boolean],
        "render": [
            "profile": .text, "font_size": .number, "dpi": .integer, "patch_size": .integer, "line_metrics": .text,
            "colour_mode": .text, "gray_from": .text, "text_colour": .text, "background": .text,
            "unknown_glyph": .text, "tab": .text, "language": .text, "word_cache": .boolean,
            "word_cache_bytes": .integer,
        ],
        "layout": [
            "layout": .text, "strategy": .text, "max_patches": .integer, "overflow": .text, "stride": .integer,
            "text_a_max_patches": .integer, "pad_left": .integer, "pad_right": .integer, "offsets": .text,
            "compat_bugs": .boolean, "flip_rtl": .boolean, "right_to_left": .boolean, "isolated_chars": .boolean,
            "channels": .text, "packing": .text, "normalisation": .text,
        ],
        "read": [
            "format": .text, "text_field": .text, "text_b_field": .text, "words_field": .text, "label_field": .text,
            "keep_fields": .list, "on_structure_error": .text, "on_encoding_error": .text, "record_limit": .integer,
            "shard_index": .integer, "shard_count": .integer,
        ],
        "shards": [
            "format": .text, "patches_per_shard": .integer, "sequences_per_shard": .integer, "zstd": .boolean,
            "store_text": .boolean,
        ],
        "run": ["workers": .integer, "threads": .integer],
        "sources": [
            "model": .text, "init": .text, "tokenizer": .text, "data": .list, "text_data": .list, "image_data": .list,
            "pair_data": .list,
        ],
        "pretrain": [
            "mix": .text, "length": .integer, "batch": .integer, "micro_batch": .integer, "steps": .integer,
            "seed": .integer, "learning_rate": .number, "schedule": .text, "warm_up": .integer,
            "rate_floor": .number, "weight_decay": .number, "beta1": .number, "beta2": .number, "epsilon": .number,
            "clip": .number, "precision": .text, "recompute": .boolean, "text_weight": .number,
            "image_weight": .number, "eos_attended": .boolean, "eos_in_loss": .boolean, "text_end": .boolean,
            "held_out": .number, "window": .integer, "shuffle": .integer, "streams": .integer, "eval_every": .integer,
            "eval_sequences": .integer, "save_every": .integer, "keep": .integer, "pin": .integers,
            "on_non_finite": .text, "method": .text,
        ],
        "task": [
            "model": .text, "name": .text, "data": .text, "tokenizer": .text, "grid": .list, "seeds": .integers,
            "keep_best_only": .boolean,
        ],
        "finetune": [
            "modality": .text, "length": .integer, "batch": .integer, "micro_batch": .integer, "steps": .integer,
            "epochs": .number, "seed": .integer, "learning_rate": .number, "schedule": .text, "warm_up": .integer,
            "weight_decay": .number, "dropout": .number, "beta1": .number, "beta2": .number, "epsilon": .number,
            "clip": .number, "precision": .text, "recompute": .boolean, "eval_every": .integer,
            "eval_batch": .integer, "patience": .integer, "metric": .text, "pool": .text,
            "compat_pooling": .boolean, "method": .text, "channel_adapt": .text, "train_limit": .integer,
            "eval_limit": .integer, "task_language": .text, "save_every": .integer, "on_non_finite": .text,
        ],
        "evaluate": [
            "model": .list, "tasks": .list, "splits": .list, "data": .text, "tokenizer": .text, "seeds": .integers,
            "limit": .integer, "batch": .integer, "window": .integer, "stride": .integer, "precision": .text,
            "bootstrap": .integer, "finetune": .boolean, "finetune_preset": .text, "submission": .boolean,
            "skip_unfit": .boolean, "allow_scripts": .boolean, "noise": .list, "noise_rates": .numbers,
            "noise_seed": .integer, "font_transfer": .list,
        ],
        "sampling": [
            "temperature": .number, "top_k": .integer, "top_p": .number, "min_p": .number,
            "repetition_penalty": .number, "min_new_tokens": .integer, "max_new_tokens": .integer, "seed": .integer,
            "stop": .list,
        ],
        "pixels": [
            "patches": .integer, "drawing": .text, "temperature": .number, "seed": .integer, "gap": .integer,
        ],
        "generate": [
            "batch": .integer, "samples": .integer, "precision": .text, "threads": .integer, "chat": .text,
            "system": .text, "cache_policy": .text, "sinks": .integer, "window": .integer,
        ],
    ]

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

    /// Variables that are no settings: where the installation lies, and what the build reads.
    static let otherVariables: Set = ["LETTERPRESS_ROOT", "LETTERPRESS_DOCS", "LETTERPRESS_AS_DEPENDENCY"]

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
