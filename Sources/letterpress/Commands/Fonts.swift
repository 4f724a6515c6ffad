import ArgumentParser
import Foundations
import Reports
import Typesetting

/// `letterpress fonts`: the font stacks.
struct Fonts: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List font stacks, check that they are installed, export a renderer folder.",
        discussion: """
            EXAMPLES
              letterpress fonts list default
              letterpress fonts check
            """, subcommands: [List.self, Check.self, FontsExport.self], defaultSubcommand: List.self)

    /// `letterpress fonts list`
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the stacks, or the fonts of one.",
            discussion: """
                EXAMPLES
                  letterpress fonts list
                  letterpress fonts list serif --json
                """)

        @Argument(help: ArgumentHelp("A stack by name or path.", valueName: "stack")) var stack: String?
        @Option(help: ArgumentHelp("Folder with fonts/ (found).", valueName: "folder"), completion: .directory)
        var root: String?
        @OptionGroup(title: "Reports") var report: ReportFlags

        func run() throws {
            let place = Installation(root: root)
            for name in try stack.map({ [$0] }) ?? place.stackNames() {
                let found = try place.stack(name)
                if report.json {
                    try Console.result(try StrictJSON.encodedValue(found))
                } else if stack == nil {
                    try Console.result("\(name): \(found.description) (\(counted(found.fonts.count, "font")))")
                } else {
                    let rows = found.fonts.map { font in
                        [
                            font.family, "\(font.file)#\(font.faceIndex)", font.scripts.joined(separator: " "),
                            font.package,
                        ]
                    }
                    for line in TextTable.lines(rows, names: 4) { try Console.result(line) }
                }
            }
        }
    }

    /// `letterpress fonts check`
    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check that the fonts of stacks are installed and are the expected files.",
            discussion: """
                Exits with 0 when all are, with 69 when one is not.

                EXAMPLES
                  letterpress fonts check
                  letterpress fonts check default serif
                """)

        @Argument(help: ArgumentHelp("Stacks by name or path (all).", valueName: "stack")) var stacks: [String] =
            []
        @Option(help: ArgumentHelp("Folder with fonts/ (found).", valueName: "folder"), completion: .directory)
        var root: String?
        @OptionGroup(title: "Reports") var report: ReportFlags

        func run() throws {
            let place = Installation(root: root)
            let finder = FontFinder(folders: FontFinder.systemFolders)
            var digests: [String: String] = [:]
            var isSound = true
            for name in try stacks.isEmpty ? place.stackNames() : stacks {
                var errors: [String] = []
                var packages: Set<String> = []
                for font in try place.stack(name).fonts {
                    if let path = finder.path(of: font.file) {
                        let digest = try digests[path] ?? SHA256Digest.ofFile(at: path).hex
                        digests[path] = digest
                        if digest != font.sha256.lowercased() {
                            errors.append(
                                "\(path) is another version than the stack's (SHA-256 \(digest.prefix(8)), expected "
                                    + "\(font.sha256.prefix(8))); install the version of package \(font.package) that "
                                    + "has it, or pass --allow-other-fonts")
                        }
                    } else {
                        errors.append("\(font.file) is not installed")
                        packages.insert(font.package)
                    }
                }
                isSound = isSound && errors.isEmpty
                try show(name, errors, packages)
            }
            if !isSound { throw ExitCode(.missingFonts) }
        }

        private func show(_ name: String, _ errors: [String], _ packages: Set<String>) throws {
            if report.json {
                return try Console.result(
                    .object([
                        "errors": .array(errors.map { .string($0) }), "stack": .string(name),
                        "packages": .array(packages.sorted().map { .string($0) }),
                    ]))
            }
            for error in errors { try Console.result("\(name): \(error)") }
            if errors.isEmpty { try Console.result("\(name): all fonts are installed") }
            if !packages.isEmpty {
                try Console.result("\(name): apt-get install \(packages.sorted().joined(separator: " "))")
            }
        }
    }
}
