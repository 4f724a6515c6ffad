import Foundations

extension BytePairTokenizer {
    /// The tokenizer as a `tokenizer.json`, which ``TokenizerFolder`` and the Python package `tokenizers` read. With `begin` its
    /// template puts that token before every text. O(n).
    public func tokenizerJSON(begin: Int32? = nil) -> [UInt8] {
        var text = JSONLines()
        text.add(#"{"version":"1.0","truncation":null,"padding":null,"added_tokens":["#)
        text.list(added) { text, token in
            text.add(#"{"id":\#(token.id),"content":"#)
            JSONText.append(token.content, to: &text.bytes)
            text.add(#","single_word":false,"lstrip":\#(token.stripsLeft),"rstrip":\#(token.stripsRight),"#)
            text.add(#""normalized":\#(token.isNormalised),"special":\#(token.isSpecial)}"#)
        }
        text.add(#"],"normalizer":\#(options.composes ? #"{"type":"NFC"}"# : "null"),"pre_tokenizer":"#)
        writeSplitter(&text)
        let template = TokenizerTemplate(around: (begin.map { [$0] } ?? options.prefix, options.suffix))
        let isEmpty = template == TokenizerTemplate()
        text.add(#","post_processor":\#(isEmpty ? "\(Self.byteLevel)true}" : template.postProcessor(self))"#)
        text.add(#","decoder":{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true},"#)
        writeModel(&text)
        text.add("}\n")
        return text.bytes
    }

    private static let byteLevel = #"{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":"#

    private func writeSplitter(_ text: inout JSONLines) {
        func sequence(_ first: String, cuts: Bool) {
            text.add(#"{"type":"Sequence","pretokenizers":[\#(first),\#(Self.byteLevel)\#(cuts)}]}"#)
        }
        switch options.pattern {
        case .whole: text.add("\(Self.byteLevel)false}")
        case .gpt2: text.add("\(Self.byteLevel)true}")
        case .smollm: sequence(#"{"type":"Digits","individual_digits":true}"#, cuts: true)
        case .llama3, .qwen2, .qwen35:
            var expression: [UInt8] = []
            JSONText.append((options.pattern.expression ?? "").utf8, to: &expression)
            let spelled = String(decoding: expression, as: UTF8.self)
            sequence(
                #"{"type":"Split","pattern":{"Regex":\#(spelled)},"behavior":"Isolated","invert":false}"#, cuts: false)
        }
    }

    private func writeModel(_ text: inout JSONLines) {
        text.add(#""model":{"type":"BPE","dropout":null,"unk_token":"#)
        text.add(options.unknown.map(name) ?? "null")
        text.add(#","continuing_subword_prefix":null,"end_of_word_suffix":null,"fuse_unk":\#(options.fusesUnknown),"#)
        text.add(#""byte_fallback":false,"ignore_merges":\#(options.ignoresMerges),"vocab":{"#)
        text.list(marks.indices.filter { marks[$0].contains(.vocabulary) }) { text, id in
            JSONText.append(spelling(Int32(id)), to: &text.bytes)
            text.add(":\(id)")
        }
        text.add(#"},"merges":["#)
        text.list(pairs) { text, pair in
            text.add("[")
            JSONText.append(spelling(pair.left), to: &text.bytes)
            text.add(",")
            JSONText.append(spelling(pair.right), to: &text.bytes)
            text.add("]")
        }
        text.add("]}")
    }

    /// The text of a token as files list it.
    public func spelling(of id: Int32) -> [UInt8] {
        marks.indices.contains(Int(id)) ? spelling(id) : []
    }

    func spelling(_ id: Int32) -> [UInt8] {
        guard marks[Int(id)].contains(.spelled) else { return Array(tokens[Int(id)]) }
        var result: [UInt8] = []
        ByteLevelAlphabet.spell(tokens[Int(id)], into: &result)
        return result
    }

    /// The spelling of a token as JSON.
    private func name(_ id: Int32) -> String { JSONText.quoted(spelling(id)) }

    /// A `tokenizer_config.json` for beside it: the names of the special tokens, for `transformers`.
    ///
    /// `chatTemplate` is a template of turns in Jinja, as GGUF files hold it.
    public func tokenizerConfigJSON(chatTemplate: String? = nil) -> [UInt8] {
        var fields: [String: JSONValue] = [
            "tokenizer_class": .string("PreTrainedTokenizerFast"), "clean_up_tokenization_spaces": .bool(false),
        ]
        let names = [
            ("bos_token", special.begin), ("eos_token", special.end), ("pad_token", special.pad),
            ("unk_token", special.unknown), ("mask_token", special.mask),
        ]
        for case (let key, let id?) in names { fields[key] = .string(String(decoding: spelling(id), as: UTF8.self)) }
        if let chatTemplate { fields["chat_template"] = .string(chatTemplate) }
        return JSONValue.object(fields).encoded(pretty: true)
    }
}

/// JSON put together piece by piece.
private struct JSONLines {
    var bytes: [UInt8] = []

    mutating func add(_ text: String) { bytes.append(contentsOf: text.utf8) }

    mutating func list<T>(_ elements: [T], _ body: (inout JSONLines, T) -> Void) {
        for (index, element) in elements.enumerated() {
            if index > 0 { add(",") }
            body(&self, element)
        }
    }
}
