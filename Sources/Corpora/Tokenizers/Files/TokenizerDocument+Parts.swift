import Foundations

/// What stands around the model: normaliser, splitter, template and decoder, each of a closed list of kinds.
extension TokenizerDocument {
    /// Ids before and behind a text.
    struct Template {
        var prefix: [Int32] = []
        var suffix: [Int32] = []
    }

    /// Throws `unknownKind` for a value at `key` that is not read here, named by its type.
    func refuse(_ key: String, _ value: JSONValue?, known: [String]) -> TokenizerError {
        .unknownKind(path: path, key: key, got: Self.name(of: value), known: known)
    }

    private static func name(of value: JSONValue?) -> String {
        guard let value, value != .null else { return "null" }
        guard case .string(let type)? = value["type"] else {
            return String(decoding: value.encoded(), as: UTF8.self)
        }
        let inner = value["pretokenizers"] ?? value["normalizers"] ?? value["processors"] ?? value["decoders"]
        guard type == "Sequence", case .array(let elements)? = inner else {
            return String(decoding: value.encoded(), as: UTF8.self)
        }
        return "Sequence of " + elements.map { name(of: $0) }.joined(separator: ", ")
    }

    private static func type(_ value: JSONValue?) -> String? {
        if case .string(let type)? = value?["type"] { return type }
        return nil
    }

    /// The elements of a sequence; anything else is a sequence of itself, `null` an empty one.
    private func elements(_ key: String, inner: String) throws(TokenizerError) -> [JSONValue] {
        guard let value = parts[key], value != .null else { return [] }
        guard Self.type(value) == "Sequence" else { return [value] }
        guard case .array(let elements)? = value[inner] else {
            throw .invalid(
                path: path, key: "\(key).\(inner)", expected: "an array", got: value[inner]?.kind ?? "nothing")
        }
        return elements
    }

    /// Whether text is brought into Unicode's composed form.
    func composes() throws(TokenizerError) -> Bool {
        let all = try elements("normalizer", inner: "normalizers")
        guard all.allSatisfy({ Self.type($0) == "NFC" }) else {
            throw refuse("normalizer", parts["normalizer"], known: ["null", "NFC"])
        }
        return !all.isEmpty
    }

    /// How text is cut into words.
    func pattern() throws(TokenizerError) -> PreTokenizerPattern {
        let all = try elements("pre_tokenizer", inner: "pretokenizers")
        func isByteLevel(_ value: JSONValue, cuts: Bool) -> Bool {
            Self.type(value) == "ByteLevel" && value["add_prefix_space"] == .bool(false)
                && (value["use_regex"] ?? .bool(true)) == .bool(cuts)
        }
        if all.count == 1, isByteLevel(all[0], cuts: true) { return .gpt2 }
        if all.count == 1, isByteLevel(all[0], cuts: false) { return .whole }
        if all.count == 2, Self.type(all[0]) == "Digits", all[0]["individual_digits"] == .bool(true),
            isByteLevel(all[1], cuts: true)
        {
            return .smollm
        }
        if all.count == 2, Self.type(all[0]) == "Split", isByteLevel(all[1], cuts: false),
            case .string(let expression)? = all[0]["pattern"]?["Regex"], all[0]["behavior"] == .string("Isolated"),
            (all[0]["invert"] ?? .bool(false)) == .bool(false),
            let pattern = PreTokenizerPattern.allCases.first(where: { pattern in
                pattern != .smollm && pattern.expression.map { $0.utf8.elementsEqual(expression.utf8) } ?? false
            })
        {
            return pattern
        }
        throw refuse(
            "pre_tokenizer", parts["pre_tokenizer"],
            known: PreTokenizerPattern.allCases.map { "that of \($0.rawValue)" })
    }

    /// What stands around a single text.
    func template() throws(TokenizerError) -> Template {
        var result = Template()
        for value in try elements("post_processor", inner: "processors") {
            switch Self.type(value) {
            case "ByteLevel": continue
            case "TemplateProcessing": result = try single(value)
            case "BertProcessing", "RobertaProcessing":
                func id(_ key: String) throws(TokenizerError) -> Int32 {
                    guard case .array(let pair)? = value[key], pair.count == 2, case .integer(let id) = pair[1],
                        let id = Int32(exactly: id)
                    else {
                        throw .invalid(
                            path: path, key: "post_processor.\(key)", expected: "a token and its id",
                            got: "something else")
                    }
                    return id
                }
                result = Template(prefix: [try id("cls")], suffix: [try id("sep")])
            default:
                throw refuse(
                    "post_processor", value,
                    known: ["null", "ByteLevel", "TemplateProcessing", "BertProcessing", "RobertaProcessing"])
            }
        }
        return result
    }

    private func single(_ value: JSONValue) throws(TokenizerError) -> Template {
        guard case .array(let items)? = value["single"] else {
            throw .invalid(path: path, key: "post_processor.single", expected: "an array", got: "something else")
        }
        var result = Template()
        var hasText = false
        for item in items {
            if item["Sequence"]?["id"] == .string("A"), !hasText {
                hasText = true
                continue
            }
            guard case .string(let name)? = item["SpecialToken"]?["id"],
                case .array(let ids)? = value["special_tokens"]?[name]?["ids"]
            else {
                throw .invalid(
                    path: path, key: "post_processor.single", expected: "special tokens and one sequence A",
                    got: String(decoding: item.encoded(), as: UTF8.self))
            }
            for id in ids {
                guard case .integer(let number) = id, let number = Int32(exactly: number), number >= 0 else {
                    throw .invalid(
                        path: path, key: "post_processor.special_tokens.\(name)", expected: "ids", got: id.kind)
                }
                if hasText { result.suffix.append(number) } else { result.prefix.append(number) }
            }
        }
        guard hasText else {
            throw .invalid(
                path: path, key: "post_processor.single", expected: "a sequence A", got: "special tokens alone")
        }
        return result
    }
}
