import Foundation
import TestSupport
import Testing

@Suite struct TreeTests {
    @Test func importLinesAreRead() {
        let source = """
            import Alpha
            public import Beta
            @testable import Gamma
            private import struct Delta.Part
            // import Epsilon
            let text = "import Zeta"
            @preconcurrency internal import Eta
            """
        #expect(Tree.imports(in: source) == ["Alpha", "Beta", "Gamma", "Delta", "Eta"])
    }

    @Test func noFileHoldsThePathOfAMachine() throws {
        // Written in parts, so that this file passes too.
        let folders = ["/" + "work/", "/" + "root/", "/" + "home/", "/" + "tmp/", "/" + "Users/"]
        for path in try Tree.tracked.get() where path.hasSuffix(".png") == false {
            let text = try Tree.text(path)
            for folder in folders {
                #expect(!text.contains(folder), "\(path) holds \(folder)")
            }
        }
    }

    @Test func noBuildProductIsTracked() throws {
        for path in try Tree.tracked.get() {
            #expect(!path.hasPrefix(".build") && path != "Package.resolved", "\(path) is a build product")
            let size = try Tree.bytes(path).count
            #expect(size < 1_000_000, "\(path) has \(size) bytes; larger files are fetched or made, not tracked")
        }
    }

    @Test func sourceFilesAreShort() throws {
        for path in try Tree.files(in: "Sources") where path.hasSuffix(".swift") || path.hasSuffix(".c") {
            let lines = try Tree.bytes(path).count { $0 == UInt8(ascii: "\n") }
            #expect(lines <= 400, "\(path) has \(lines) lines; one file, one idea")
        }
    }

    @Test func foldersHaveNamesWithoutBlanks() throws {
        for path in try Tree.tracked.get() { #expect(!path.contains(" "), "\(path)") }
    }

    @Test func everyFixtureIsUsed() throws {
        let tracked = try Tree.tracked.get()
        let users = tracked.filter { [".swift", ".sh", ".py", ".md", "run", "Makefile"].contains(where: $0.hasSuffix) }
        let texts = try users.map { ($0, try Tree.text($0)) }
        for path in tracked where path.hasPrefix("Tests/") && !path.hasSuffix(".swift") && !path.hasSuffix(".md") {
            let url = URL(fileURLWithPath: path)
            // A set of fixtures may be used as a folder.
            let names = [url.lastPathComponent, url.deletingLastPathComponent().lastPathComponent + "/"]
            let isUsed = texts.contains { user, text in user != path && names.contains(where: text.contains) }
            #expect(isUsed, "nothing uses \(path)")
        }
    }
}
