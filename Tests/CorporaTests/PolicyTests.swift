import Corpora
import Foundation
import Foundations
import TestSupport
import Testing

private func skipping(_ change: (inout ReadOptions) -> Void = { _ in }) -> ReadOptions {
    var options = ReadOptions()
    options.onStructureError = .skip
    change(&options)
    return options
}

@Suite struct PolicyTests {
    /// Each bad input, what it is called, where, and what is left of the others.
    @Test(arguments: [
        ("x.jsonl", "{\"text\":\"a\"}\n{\"text\":}\n{\"text\":\"b\"}\n", Problem.Kind.brokenJSON, 2, 21, ["a", "b"]),
        ("x.jsonl", "{\"text\":\"a\"}\n[]\n", .brokenJSON, 2, 13, ["a"]),
        ("x.jsonl", "{\"txt\":\"a\"}\n{\"text\":\"b\"}", .missingField, 1, 0, ["b"]),
        ("x.jsonl", "{\"text\":null}\n", .wrongField, 1, 0, []),
        ("x.csv", "id,text\n1,a\n2\n3,b\n", .raggedRow, 3, 12, ["a", "b"]),
        ("x.csv", "id,text\n1,a\n\"2\"x,b\n3,c\n", .brokenQuotes, 3, 12, ["a", "c"]),
        ("x.csv", "id,text\n1,a\n2,\"b\n3,c\n", .brokenQuotes, 3, 12, ["a", "c"]),
        ("x.csv", "id,txt\n1,a\n", .missingField, 1, 0, []),
        ("x.txt", "a\n0123456789abcdefghijklmnopq\nb", .tooLong, 2, 2, ["a", "b"]),
        ("x.csv", "text\na\n\"0123456789\n0123456789\n0123456\"\nb", .tooLong, 3, 7, ["a", "0123456789", "b"]),
    ])
    func structureProblemsStopOrAreCounted(
        name: String, text: String, kind: Problem.Kind, line: Int, byteOffset: Int, left: [String]
    ) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(text, to: name)
        var options = ReadOptions()
        options.recordLimit = 25
        do {
            _ = try readAll(path, options)
            Issue.record("nothing was thrown")
        } catch CorporaError.structure(let problem) {
            #expect(problem.kind == kind)
            #expect(problem.path == path)
            #expect(problem.line == line, "\(problem)")
            #expect(problem.byteOffset == byteOffset, "\(problem)")
        }
        options.onStructureError = .skip
        let (documents, report) = try readAll(path, options)
        if kind == .tooLong, name == "x.csv" {
            // The closing quote of the dropped row opens none: its line is a cell with a quote inside.
            #expect(documents.map { $0.texts[0] } == ["a", "0123456789", "0123456\"", "b"])
        } else {
            #expect(documents.map { $0.texts[0] } == left)
        }
        #expect(report.problems == [kind.rawValue: 1])
        #expect(report.skipped == 1)
        #expect(report.examples.map(\.kind) == [kind])
    }

    @Test func tornStreamsGiveWhatCameBefore() throws {
        let folder = try TemporaryFolder()
        let lines = Fixture.texts(20_000)
        for compression in [Compression.gzip, .zstd, .xz] {
            let whole = try Fixture.compressed(Array(lines.joined(separator: "\n").utf8), compression)
            let path = try folder.write(Array(whole[..<(whole.count / 2)]), to: "torn.txt")
            do {
                _ = try readAll(path)
                Issue.record("nothing was thrown")
            } catch CorporaError.structure(let problem) {
                #expect(problem.kind == .tornInput)
                #expect(problem.line != nil)
            }
            let (documents, report) = try readAll(path, skipping())
            #expect(documents.map { $0.texts[0] } == Array(lines[..<documents.count]))
            #expect(report.problems == ["torn_input": 1])
            if compression != .xz { #expect(documents.count > 5000, "\(compression)") }
        }
    }

    @Test func tornArchivesGiveTheSamplesBefore() throws {
        let folder = try TemporaryFolder()
        let texts = Fixture.texts(20)
        let path = try Fixture.write(texts, as: .webdataset, .none, in: folder)
        let bytes = try folder.read("in/data.tar")
        let torn = try folder.write(Array(bytes[..<(bytes.count / 2 + 100)]), to: "torn.tar")
        #expect(throws: CorporaError.self) { try readAll(torn) }
        let (documents, report) = try readAll(torn, skipping())
        #expect(documents.map { $0.texts[0] } == Array(texts[..<documents.count]))
        #expect((8...10).contains(documents.count))
        #expect(report.problems == ["torn_input": 1])
        let limited = skipping { $0.recordLimit = 60 }
        let (short, shortReport) = try readAll(path, limited)
        #expect(short.count + shortReport.skipped == 20)
        #expect(shortReport.problems["too_long"] ?? 0 > 0)
        #expect(short.allSatisfy { texts.contains($0.texts[0]) })
    }

    @Test func samplesBeyondTheirLimitsAreLeftOutAlone() throws {
        let folder = try TemporaryFolder()
        let writer = try TarWriter(path: folder.file("s.tar"))
        try writer.add(name: "a.txt", bytes: Array("first".utf8))
        try writer.add(name: "a.png", bytes: [UInt8](repeating: 7, count: 500_000))
        for _ in 0..<1001 { try writer.add(name: "b.png", bytes: []) }
        try writer.add(name: "c.json", bytes: [UInt8](repeating: 0x20, count: 70))
        try writer.add(name: "c.txt", bytes: [UInt8](repeating: 0x61, count: 40))
        try writer.add(name: "d.txt", bytes: [UInt8](repeating: 0x61, count: 101))
        try writer.add(name: "e.txt", bytes: Array("last".utf8))
        try writer.finish()
        let (documents, report) = try readAll(folder.file("s.tar"), skipping { $0.recordLimit = 100 })
        #expect(documents.map(\.texts) == [["first"], ["last"]])
        #expect(report.examples.map(\.entry) == ["b", "c", "d.txt"])
        #expect(report.problems == ["too_long": 3])
    }

    @Test func unreadableInputsAreProblemsOfTheirOwn() throws {
        let folder = try TemporaryFolder()
        try folder.write("a\n", to: "in/1.txt")
        try FileManager.default.createSymbolicLink(
            atPath: folder.file("in/2.txt"), withDestinationPath: folder.file("gone"))
        try folder.write("not gzip", to: "in/3.txt.gz")
        try folder.write("", to: "in/4.tar")
        try folder.write("b\n", to: "in/5.txt")
        #expect(throws: CorporaError.self) { try readAll(folder.file("in")) }
        let (documents, report) = try readAll(folder.file("in"), skipping())
        #expect(documents.map(\.texts) == [["a"], ["b"]])
        #expect(report.problems == ["unreadable_input": 1, "torn_input": 2])
    }

    @Test func encodingIsReplacedSkippedOrStopsTheReading() throws {
        let folder = try TemporaryFolder()
        let lines = try folder.write(Array("a\nb".utf8) + [0xE2, 0x82, 0x41, 0xFF] + Array("\nc".utf8), to: "x.txt")
        let json = try folder.write(
            Array("{\"text\":\"a\\ud800\"}\n{\"text\":\"".utf8) + [0xC3] + Array("\"}\n".utf8), to: "x.jsonl")
        var options = ReadOptions()
        let (documents, report) = try readAll(lines, options)
        #expect(documents.map { $0.texts[0] } == ["a", "b\u{FFFD}A\u{FFFD}", "c"])
        #expect(report.replacements == 2)
        #expect(report.skipped == 0)
        #expect(report.examples[0].line == 2)
        #expect(report.examples[0].byteOffset == 3)
        #expect(try readAll(json, options).documents.map { $0.texts[0] } == ["a\u{FFFD}", "\u{FFFD}"])
        #expect(try readAll(json, options).report.problems == ["invalid_text": 2])
        options.onEncodingError = .skip
        #expect(try readAll(lines, options).documents.map { $0.texts[0] } == ["a", "c"])
        #expect(try readAll(json, options).documents.isEmpty)
        #expect(try readAll(json, options).report.skipped == 2)
        options.onEncodingError = .stop
        for (path, line) in [(lines, 2), (json, 1)] {
            do {
                _ = try readAll(path, options)
                Issue.record("nothing was thrown")
            } catch CorporaError.encoding(let problem) {
                #expect(problem.line == line)
            }
        }
    }

    @Test func messagesNameThePlaceAndTheWayOut() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("{\"text\":\"a\"}\n{\"Text\":\"b\"}\n", to: "x.jsonl")
        do {
            _ = try readAll(path)
            Issue.record("nothing was thrown")
        } catch let error as CorporaError {
            #expect(
                "\(error)" == "\(path):2: no field text; there is Text (byte 13); "
                    + "pass --on-error skip to leave such records out")
        }
    }

    /// Reading each line to the end of the table anew would take minutes.
    @Test func rowsInOpenQuotesAreReadOnce() throws {
        let folder = try TemporaryFolder()
        let count = 20_000
        let lines = [String](repeating: "a\",\"\n", count: count).joined()
        for (end, problems) in [("", count), ("b\",\"c\"x\n", count + 1), ("b\",\"c\"\n", 1)] {
            let path = try folder.write("text,label\n" + lines + end, to: "t.csv")
            let clock = ContinuousClock()
            let begin = clock.now
            let report = try readAll(path, skipping { $0.format = .csv }).report
            #expect(clock.now - begin < .seconds(20), "\(end)")
            #expect(report.skipped == problems, "\(end)")
            #expect(report.examples.prefix(5).map(\.line) == [2, 3, 4, 5, 6].prefix(report.examples.count).map { $0 })
        }
    }

    @Test func eachProblemIsReportedByOneShardAlone() throws {
        let folder = try TemporaryFolder()
        let lines = (0..<40).map { $0 % 6 == 4 ? String(repeating: "x", count: 90) : "line \($0)" }
        try folder.write(lines.joined(separator: "\n"), to: "in/a.txt")
        let whole = try Fixture.compressed(Array(lines.joined(separator: "\n").utf8), .gzip)
        for name in ["b", "c", "d"] { try folder.write(Array(whole[..<(whole.count / 2)]), to: "in/\(name).txt") }
        let options = skipping { $0.recordLimit = 80 }
        let all = try readAll(folder.file("in"), options).report
        #expect(all.problems["torn_input"] == 3 && all.problems["too_long"] ?? 0 > 5)
        for count in [2, 3, 7] {
            var sum: [String: Int] = [:]
            for index in 0..<count {
                var part = options
                (part.shardIndex, part.shardCount) = (index, count)
                sum.merge(try readAll(folder.file("in"), part).report.problems, uniquingKeysWith: +)
            }
            #expect(sum == all.problems, "\(count) shards")
        }
    }

    @Test func anEmptyTableHasNoColumns() throws {
        let folder = try TemporaryFolder()
        for name in ["x.csv", "x.tsv"] {
            let path = try folder.write("", to: name)
            do {
                _ = try readAll(path)
                Issue.record("\(name) was read")
            } catch CorporaError.structure(let problem) {
                #expect(problem.kind == .missingField && problem.line == 1)
                #expect(problem.detail == "the table has no column text; it is empty")
            }
            #expect(try readAll(path, skipping()).report.problems == ["missing_field": 1])
        }
    }

    @Test func messagesSayWhatIsLeftOut() throws {
        let folder = try TemporaryFolder()
        let empty = try folder.write("", to: "empty.txt.gz")
        func message(_ path: String) throws -> String {
            do {
                _ = try readAll(path)
                return "nothing"
            } catch let error as CorporaError { return "\(error)" }
        }
        let torn = try message(empty)
        #expect(torn.contains("the name promises gzip, the file is empty"))
        #expect(torn.hasSuffix("leave such inputs out"))
        #expect(try message(try folder.write("x", to: "plain.txt.gz")).contains("the first bytes are not;"))
        #expect(try message(try folder.write("[]", to: "x.jsonl")).hasSuffix("leave such records out"))
    }
}
