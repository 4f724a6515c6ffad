import ArgumentParser
import Foundations

/// Suggestions for a command or a flag that does not exist.
enum UsageAdvice {
    /// A message on the first unknown command or flag of `arguments`; nil where there is none.
    static func message(on arguments: [String]) -> String? {
        var command: any ParsableCommand.Type = Letterpress.self
        var path = "letterpress"
        var rest = arguments[...]
        while let word = rest.first, !word.hasPrefix("-") {
            guard let next = command.configuration.subcommands.first(where: { names(of: $0).contains(word) }) else {
                break
            }
            command = next
            path += " \(next._commandName)"
            rest = rest.dropFirst()
        }
        if let word = rest.first, !word.hasPrefix("-"), let advice = unknownCommand(word, in: command, path) {
            return advice
        }
        // A command that stands for its default.
        let main = command.configuration.defaultSubcommand ?? command
        let known = flags(of: main)
        for word in rest {
            if word == "--" { break }
            guard word.hasPrefix("--"), let name = word.dropFirst(2).split(separator: "=").first.map(String.init),
                !known.contains(name), !isHelp(name)
            else { continue }
            let near = OtherNames.near(name, among: known).prefix(3).map { "--\($0)" }
            return "\(path) has no --\(name)" + (near.isEmpty ? "" : "; near: \(near.joined(separator: ", "))")
                + "; see '\(path) --help'"
        }
        return nil
    }

    private static func unknownCommand(_ word: String, in command: any ParsableCommand.Type, _ path: String) -> String?
    {
        let subcommands = command.configuration.subcommands
        guard !subcommands.isEmpty else { return nil }
        // What the default command takes for an argument of its own.
        if let main = command.configuration.defaultSubcommand,
            Letterpress.helpMessage(for: main).contains("\nARGUMENTS")
        {
            return nil
        }
        let others = ["train": "pretrain", "eval": "evaluate", "test": "evaluate", "sample": "generate", "list": "zoo"]
        let all = subcommands.flatMap(names(of:))
        var near = NearNames.of(word, among: all)
        if let ours = others[word], all.contains(ours) { near.insert(ours, at: 0) }
        // A command that is one level up or down.
        if near.isEmpty, command != Letterpress.self {
            near = Letterpress.configuration.subcommands.flatMap(names(of:)).filter { $0 == word }
        }
        return "\(path) has no command '\(word)'"
            + (near.isEmpty ? "; there are: \(all.joined(separator: ", "))" : "; near: \(near.joined(separator: ", "))")
            + "; see '\(path) --help'"
    }

    private static func names(of command: any ParsableCommand.Type) -> [String] {
        [command._commandName] + command.configuration.aliases
    }

    private static func isHelp(_ name: String) -> Bool {
        ["help", "help-hidden", "version", "generate-completion-script", "experimental-dump-help"].contains(name)
    }

    /// Long names of all flags, as the command's help lists them.
    static func flags(of command: any ParsableCommand.Type) -> [String] {
        Letterpress.helpMessage(for: command, columns: 1000).split(separator: "\n")
            .filter { $0.hasPrefix("  -") }
            .flatMap { line in
                // The flags end where the help begins, behind two spaces.
                let flags = line.dropFirst(2).split(separator: "  ", maxSplits: 1).first ?? ""
                return flags.split { $0 == "," || $0 == "/" || $0 == " " || $0 == "<" }
                    .filter { $0.hasPrefix("--") }.map { String($0.dropFirst(2)) }
            }
    }
}
