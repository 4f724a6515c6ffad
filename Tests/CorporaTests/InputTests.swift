import Corpora
import Foundation
import Foundations
import TestSupport
import Testing

@Suite struct InputTests {
    @Test func foldersAreReadInTheOrderOfTheirPaths() throws {
        let folder = try TemporaryFolder()
        for name in [
            "b.txt", "a/z.jsonl", "a.txt", "a/b/c.csv.gz", "B.tsv", "pictures/x.png", ".hidden.txt", ".git/x.txt",
        ] {
            try folder.write("text\n", to: "in/\(name)")
        }
        try FileManager.default.createSymbolicLink(
            atPath: folder.file("in/link"), withDestinationPath: folder.file("in/a"))
        try FileManager.default.createSymbolicLink(
            atPath: folder.file("in/link.txt"), withDestinationPath: folder.file("in/b.txt"))
        let source = try RecordSource(inputs: [InputSpec(folder.file("in"))], options: ReadOptions())
        let root = folder.file("in/")
        #expect(
            source.paths.map { String($0.dropFirst(root.count)) }
                == ["B.tsv", "a.txt", "a/b/c.csv.gz", "a/z.jsonl", "b.txt", "link.txt"])
        #expect(source.passedOver.map { String($0.dropFirst(root.count)) } == ["link", "pictures/x.png"])
        var options = ReadOptions()
        options.format = .document
        let all = try RecordSource(inputs: [InputSpec(folder.file("in"))], options: options)
        #expect(all.paths.contains(root + "pictures/x.png"))
    }

    @Test func patternsAreExpandedAndOthersTakenAsTheyAre() throws {
        let folder = try TemporaryFolder()
        for name in ["2.txt", "10.txt", "1.log", "odd[1].txt"] { try folder.write(name, to: name) }
        func texts(_ pattern: String) throws -> [[String]] { try readAll(folder.file(pattern)).documents.map(\.texts) }
        #expect(try texts("*.txt") == [["10.txt"], ["2.txt"], ["odd[1].txt"]])
        #expect(try texts("[0-9].*") == [["1.log"], ["2.txt"]])
        #expect(try texts("odd[1].txt") == [["odd[1].txt"]])
        #expect(throws: CorporaError.noInput(argument: folder.file("*.csv"), reason: "nothing matches the pattern")) {
            try texts("*.csv")
        }
        #expect(throws: CorporaError.noInput(argument: folder.file("none"), reason: "there is no such file")) {
            try texts("none")
        }
    }

    @Test func aFolderWithNothingToReadIsAnError() throws {
        let folder = try TemporaryFolder()
        try folder.write("x", to: "in/x.png")
        #expect(throws: CorporaError.self) {
            try RecordSource(inputs: [InputSpec(folder.file("in"))], options: ReadOptions())
        }
        #expect(throws: CorporaError.self) { try RecordSource(inputs: [], options: ReadOptions()) }
    }

    @Test func impossibleOptionsAreRefused() throws {
        func refuses(_ key: String, _ change: (inout ReadOptions) -> Void) {
            var options = ReadOptions()
            change(&options)
            do {
                try options.validate()
                Issue.record("\(key) was accepted")
            } catch {
                guard case .invalidOption(key, _, _) = error else {
                    Issue.record("\(error)")
                    return
                }
            }
        }
        refuses("shard_count") { $0.shardCount = 0 }
        refuses("shard_index") { ($0.shardIndex, $0.shardCount) = (3, 3) }
        refuses("record_limit") { $0.recordLimit = 0 }
        refuses("words_field") { ($0.wordsField, $0.textBField) = ("w", "b") }
        refuses("words_field") { ($0.wordsField, $0.format) = ("w", .csv) }
        refuses("format") { ($0.labelField, $0.format) = ("y", .lines) }
    }

    @Test func optionsSurviveJSONAndRefuseUnknownKeys() throws {
        var options = ReadOptions()
        options.format = .jsonl
        options.textBField = "b"
        options.keepFields = ["x"]
        options.shardCount = 4
        let bytes = try StrictJSON.encode(options)
        #expect(try StrictJSON.decode(ReadOptions.self, from: bytes, source: "o") == options)
        #expect(try StrictJSON.decode(ReadOptions.self, from: Array("{}".utf8), source: "o") == ReadOptions())
        #expect(
            throws: ConfigError.unknownKey(source: "o", keyPath: "text_feld", near: ["text_field", "text_b_field"])
        ) {
            try StrictJSON.decode(ReadOptions.self, from: Array(#"{"text_feld":"x"}"#.utf8), source: "o")
        }
    }

    @Test func progressCountsBytesOnDisk() throws {
        let folder = try TemporaryFolder()
        let path = try Fixture.write(Fixture.texts(2000), as: .jsonl, .gzip, in: folder)
        try folder.write("x\n", to: "in/z.txt")
        let source = try RecordSource(inputs: [InputSpec(folder.file("in"))], options: ReadOptions())
        let size = try folder.read(String(path.dropFirst(folder.path.count + 1))).count
        #expect(source.totalBytes == size + 2)
        var last = 0
        while try source.next() != nil {
            #expect(source.bytesTaken >= last)
            last = source.bytesTaken
        }
        #expect(source.bytesTaken == size + 2)
    }

    @Test func fieldsAreRefusedForFilesThatHaveNone() throws {
        let folder = try TemporaryFolder()
        try folder.write("a\n", to: "in/a.txt")
        try folder.write("text,y\na,1\n", to: "in/b.csv")
        func refusal(_ name: String, _ change: (inout ReadOptions) -> Void) -> CorporaError? {
            var options = ReadOptions()
            change(&options)
            do throws(CorporaError) { _ = try RecordSource(inputs: [InputSpec(name)], options: options) } catch {
                return error
            }
            return nil
        }
        let lines = CorporaError.invalidOption(
            key: "format", value: "lines for \(folder.file("in/a.txt"))",
            expected: "a format with fields, to read the field y")
        #expect(refusal(folder.file("in")) { $0.labelField = "y" } == lines)
        #expect(refusal(folder.file("in/a.txt")) { $0.keepFields = ["y"] } == lines)
        #expect(refusal(folder.file("in/b.csv")) { $0.labelField = "y" } == nil)
        #expect(refusal("-") { $0.textBField = "y" } != nil)
        #expect(
            refusal(folder.file("in/b.csv")) { $0.wordsField = "y" }
                == .invalidOption(
                    key: "words_field", value: "y for \(folder.file("in/b.csv"))",
                    expected: "none: a table holds no arrays"))
    }

    @Test func numbersPassThroughAsTheyStand() throws {
        let folder = try TemporaryFolder()
        let numbers = [
            "12345678901234567890", "1.10", "1e400", "-0", "1E5", "0.1", "7", "[1.50,{\"a\":2e0}]",
            "-9223372036854775809",
        ]
        let lines = numbers.map { "{\"text\":\"a\",\"n\":\($0)}\n" }.joined()
        var options = ReadOptions()
        options.labelField = "n"
        options.keepFields = ["n"]
        let documents = try readAll(try folder.write(lines, to: "x.jsonl"), options).documents
        #expect(documents.map { String(decoding: $0.label?.encoded() ?? [], as: UTF8.self) } == numbers)
        #expect(documents.map { String(decoding: $0.fields["n"]?.encoded() ?? [], as: UTF8.self) } == numbers)
        let writer = try TarWriter(path: folder.file("s.tar"))
        for (key, label) in [("a", "007"), ("b", "7"), ("c", "+7")] {
            try writer.add(name: "\(key).txt", bytes: Array("x".utf8))
            try writer.add(name: "\(key).n", bytes: Array(label.utf8))
        }
        try writer.finish()
        options.keepFields = []
        let samples = try readAll(folder.file("s.tar"), options).documents
        #expect(samples.map(\.label) == [.string("007"), .integer(7), .string("+7")])
    }
}
