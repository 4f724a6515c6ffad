import ArgumentParser
import Corpora
import Foundations
import Reports

/// `letterpress tokenizer inspect`
struct TokenizerInspect: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Describe a tokenizer, or show how it splits a text.",
        discussion: """
            EXAMPLES
              letterpress tokenizer inspect bytes
              letterpress tokenizer inspect bytes --text "naïve" --json
            """)

    @Argument(help: ArgumentHelp("Folder or file of a tokenizer, or bytes.", valueName: "model"), completion: .file())
    var model: String
    @Option(help: ArgumentHelp("Show the pieces of this text instead (none).", valueName: "text")) var text: String?
    @OptionGroup(title: "Reports") var report: ReportFlags

    func run() throws {
        let tokenizer = try TokenizerCommand.load(model)
        if let text { return try show(tokenizer.encode(text), of: tokenizer) }
        let special = tokenizer.special
        let named = [
            ("begin", special.begin), ("end", special.end), ("pad", special.pad), ("unknown", special.unknown),
            ("mask", special.mask),
        ]
        if report.json {
            var fields: [String: JSONValue] = [
                "kind": .string(tokenizer.summary), "vocabulary_size": .integer(tokenizer.vocabularySize),
                "ends": .array(special.ends.map { .integer(Int($0)) }),
            ]
            for case (let name, let id?) in named { fields[name] = .integer(Int(id)) }
            return try Console.result(.object(fields))
        }
        try Console.result(tokenizer.summary)
        try Console.result(Figures.counted(tokenizer.vocabularySize, "id"))
        for case (let name, let id?) in named { try Console.result("\(name)  \(id)  \(shown(id, of: tokenizer))") }
        if special.ends.count > 1 {
            try Console.result("stops at \(special.ends.map(String.init).joined(separator: " "))")
        }
    }

    private func show(_ ids: [Int32], of tokenizer: any Tokenizer) throws {
        for id in ids {
            if report.json {
                let text = String(decoding: tokenizer.piece(id, keepsSpecial: true), as: UTF8.self)
                try Console.result(
                    .object([
                        "id": .integer(Int(id)), "special": .bool(tokenizer.isSpecial(id)), "text": .string(text),
                    ]))
            } else {
                try Console.result("\(id)  \(shown(id, of: tokenizer))")
            }
        }
    }

    /// A piece in quotes; bytes that are no text of their own as `\xNN`.
    private func shown(_ id: Int32, of tokenizer: any Tokenizer) -> String {
        let bytes = tokenizer.piece(id, keepsSpecial: true)
        if UTF8Text.firstInvalid(in: bytes) == nil {
            return String(decoding: JSONValue.string(String(decoding: bytes, as: UTF8.self)).encoded(), as: UTF8.self)
        }
        let digits = bytes.map { ($0 < 16 ? "\\x0" : "\\x") + String($0, radix: 16) }
        return "\"\(digits.joined())\""
    }
}
