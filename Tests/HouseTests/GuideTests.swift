import Foundation
import Patches
import TestSupport
import Testing

/// Guides do what they say: shell blocks run, Swift blocks compile, pictures are what the renderer draws, links lead
/// somewhere.
@Suite struct GuideTests {
    static let pages = (try? Tree.tracked.get().filter { $0.hasSuffix(".md") }) ?? []

    struct Block: Sendable, CustomTestStringConvertible {
        let page: String
        let language: String
        let lines: [String]
        var testDescription: String { "\(page): \(lines.first ?? "")" }
    }

    /// The fenced blocks of a page.
    static func blocks(of page: String, _ text: String) -> [Block] {
        var blocks: [Block] = []
        var current: (language: String, lines: [String])?
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
            if line.hasPrefix("```") {
                if let block = current {
                    blocks.append(Block(page: page, language: block.language, lines: block.lines))
                    current = nil
                } else {
                    current = (String(line.dropFirst(3)), [])
                }
            } else {
                current?.lines.append(line)
            }
        }
        return blocks
    }

    static func blocks(_ language: String) -> [Block] {
        pages.flatMap { page in (try? blocks(of: page, Tree.text(page))) ?? [] }.filter { $0.language == language }
    }

    @Test func blocksAreFound() {
        #expect(Self.pages.count >= 8)
        #expect(Self.blocks("sh").count >= 3)
        #expect(Self.blocks("swift").count >= 5)
        let found = Self.blocks(of: "p", "a\n```sh\none\ntwo\n```\n```\nthree\n```")
        #expect(found.map(\.language) == ["sh", ""])
        #expect(found.first?.lines == ["one", "two"])
    }

    @Test(arguments: blocks("sh"))
    func shellBlocksRun(block: Block) throws {
        let folder = try TemporaryFolder()
        try stage(folder)
        let product = URL(fileURLWithPath: try Repository.product("letterpress")).deletingLastPathComponent().path
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        let script = (["set -euo pipefail"] + block.lines).joined(separator: "\n")
        let run = try Execution.run(
            "/bin/bash", ["-c", script],
            environment: ["PATH": product + ":" + path, "LETTERPRESS_ROOT": Repository.root], folder: folder.path)
        #expect(run.status == 0, "\(run.text)\(run.errorText)")
    }

    /// What a reader is supposed to have: the sample, a renderer folder, a text of his own.
    private func stage(_ folder: TemporaryFolder) throws {
        for name in ["corpora", "fonts", "tools"] {
            try FileManager.default.createSymbolicLink(
                atPath: folder.file(name), withDestinationPath: Repository.root + "/" + name)
        }
        try folder.write("One document a line.\nThis is the second.\n", to: "corpus/news.txt")
        try folder.write("{\"text\": \"Ein Satz.\"}\n", to: "train.jsonl")
        try folder.write(
            "{\"font_file\": \"NotoSans-Regular.ttf\", \"max_seq_length\": 256}", to: "noto/text_renderer_config.json")
        try FileManager.default.createSymbolicLink(
            atPath: folder.file("noto/NotoSans-Regular.ttf"),
            withDestinationPath: "/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf")
    }

    @Test(arguments: blocks("swift"))
    func swiftBlocksAreCompiledExamples(block: Block) throws {
        func trimmed(_ lines: [Substring]) -> String {
            lines.map { $0.drop { $0 == " " } }.filter { !$0.isEmpty }.joined(separator: "\n")
        }
        let examples = trimmed(try Tree.text("Tests/HouseTests/GuideExamples.swift").split(separator: "\n"))
        #expect(examples.contains(trimmed(block.lines.map { $0[...] })), "not in GuideExamples.swift")
    }

    /// The code of the page on methods is that of the method which `tools/try-method.sh` adds, doc comments left out.
    @Test(arguments: blocks("text").filter { $0.page == "docs/adding-a-method.md" })
    func codeOfTheGuideToMethodsIsThatOfItsFiles(block: Block) throws {
        func code(_ lines: [String]) -> String {
            lines.map { $0.drop { $0 == " " } }.filter { !$0.isEmpty && !$0.hasPrefix("///") }.joined(separator: "\n")
        }
        let files = try Tree.tracked.get().filter { $0.hasPrefix("tools/method/") }.map {
            code(try Tree.text($0).split(separator: "\n").map(String.init))
        }
        let wanted = code(block.lines)
        #expect(!wanted.isEmpty && files.contains { $0.contains(wanted) }, "not in tools/method")
    }

    @Test func theGuideToMethodsNamesTheEditsThatAreTried() throws {
        let (page, script) = (try Tree.text("docs/adding-a-method.md"), try Tree.text("tools/try-method.sh"))
        for edit in ["GatedResidual.self,", ", \"GatedResidual\""] {
            #expect(page.contains("`\(edit)`") && script.contains(edit), "\(edit)")
        }
    }

    @Test func picturesAreWhatTheRendererDraws() throws {
        let folder = try TemporaryFolder()
        let run = try Execution.run(
            "/bin/bash", [Repository.root + "/tools/pictures.sh", try Repository.product("letterpress"), folder.path])
        try #require(run.status == 0, "\(run.errorText)")
        let pictures = try Tree.tracked.get().filter { $0.hasSuffix(".png") }
        #expect(pictures.count >= 4)
        for path in pictures {
            let drawn = try PNG.decode(try folder.read(path))
            #expect(try PNG.decode(try Tree.bytes(path)) == drawn, "\(path) is old: tools/pictures.sh draws it anew")
        }
    }

    @Test func theTableOfScriptsIsWhatTheStackDraws() throws {
        func coverage(_ page: String, _ more: String...) throws -> Execution {
            try Execution.run(
                product: "letterpress-bench", ["coverage", "--stack", "fonts/default.json", "--out", page] + more,
                folder: Repository.root)
        }
        let run = try coverage("docs/coverage.md", "--check")
        #expect(run.status == 0, "\(run.errorText)")
        // A wrong figure in a page of these libraries is found.
        let folder = try TemporaryFolder()
        #expect(try coverage(folder.file("coverage.md")).status == 0)
        let page = String(decoding: try folder.read("coverage.md"), as: UTF8.self)
        let other = page.replacing("| Latin | 1", with: "| Latin | 2")
        #expect(other != page)
        let wrong = try coverage(folder.write(other, to: "coverage.md"), "--check")
        #expect(wrong.status == 1 && wrong.errorText.contains("is old"), "\(wrong.text)\(wrong.errorText)")
    }

    @Test func pagesNameOnlyTargetsThatMakeHas() throws {
        let known = Set(try Tree.text("Makefile").matches(of: /(?m)^([a-z]+):/).map { String($0.output.1) })
        #expect(known.isSuperset(of: ["test", "demo", "lint", "docs"]))
        var found = 0
        for page in Self.pages {
            for match in try Tree.text(page).matches(of: /(?m)(?:^ {4}|`)make ([a-z]+)/) {
                found += 1
                #expect(known.contains(String(match.output.1)), "\(page): make \(match.output.1)")
            }
        }
        #expect(found >= 5)
    }

    @Test(arguments: pages)
    func linksLeadSomewhere(page: String) throws {
        let folder = URL(fileURLWithPath: Repository.root + "/" + page).deletingLastPathComponent()
        for match in try Tree.text(page).matches(of: /\]\(([^)#]+)(?:#[^)]*)?\)/) {
            let target = String(match.output.1)
            // Pictures of a documentation catalogue are named without folder and ending.
            if target.contains("://") || (page.contains(".docc/") && !target.contains(".")) { continue }
            let place = folder.appendingPathComponent(target).path
            #expect(FileManager.default.fileExists(atPath: place), "\(page) links to \(target)")
        }
    }
}
