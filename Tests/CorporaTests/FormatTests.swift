import Corpora
import Foundations
import TestSupport
import Testing

@Suite struct FormatTests {
    @Test(arguments: Fixture.formats, Compression.allCases)
    func everyFormatGivesTheSameDocuments(format: ReadOptions.Format, compression: Compression) throws {
        let folder = try TemporaryFolder()
        let texts = Fixture.texts(40)
        let path = try Fixture.write(texts, as: format, compression, in: folder)
        let (documents, report) = try readAll(path, Fixture.options(format))
        #expect(documents.map { $0.texts } == texts.map { [$0] })
        #expect(documents.map(\.origin.index) == Array(0..<40))
        #expect(report.isClean)
        #expect(report.documents == 40)
        switch format {
        case .jsonl, .webdataset: #expect(documents.map(\.label) == (0..<40).map { .integer($0) })
        case .csv, .tsv: #expect(documents.map(\.label) == (0..<40).map { .string("\($0)") })
        default: #expect(documents.allSatisfy { $0.label == nil })
        }
    }

    @Test func linesKeepEmptyOnesAndTolerateTheirEnds() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("\u{FEFF}a\r\n\n\r\nb\rc\n d ", to: "x.txt")
        let documents = try readAll(path).documents
        #expect(documents.map(\.texts) == [["a"], [""], [""], ["b\rc"], [" d "]])
        #expect(documents.map(\.origin.line) == [1, 2, 3, 4, 5])
        #expect(documents.map(\.origin.byteOffset) == [3, 6, 7, 9, 13])
        #expect(try readAll(try folder.write("", to: "empty.txt")).documents.isEmpty)
        #expect(try readAll(try folder.write("\n", to: "one.txt")).documents.map(\.texts) == [[""]])
        // A NUL byte behind the part that is looked at does not make a corpus a binary file.
        let far = [UInt8](repeating: 0x61, count: 9000) + [0, 0x62]
        #expect(try readAll(try folder.write(far, to: "nul.txt")).documents[0].segments == [far])
    }

    @Test func aDocumentLosesOneFinalLineBreakOnly() throws {
        let folder = try TemporaryFolder()
        let options = Fixture.options(.document)
        for (text, expected) in [("a\nb\n\n", "a\nb\n"), ("a\r\n", "a"), ("a", "a"), ("", ""), ("\n", "")] {
            #expect(try readAll(try folder.write(text, to: "d"), options).documents.map(\.texts) == [[expected]])
        }
    }

    @Test func pairsWordsLabelsAndFieldsPassThrough() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(
            #"{"a":"one","b":"two","w":["x","","é"],"y":[1,"z"],"lang":"en","n":null}"# + "\n \t\r\n", to: "x.jsonl")
        var options = ReadOptions()
        options.textField = "a"
        options.textBField = "b"
        options.labelField = "y"
        options.keepFields = ["lang", "n", "none"]
        let pair = try readAll(path, options).documents
        #expect(pair.count == 1)
        #expect(pair[0].kind == .pair)
        #expect(pair[0].texts == ["one", "two"])
        #expect(pair[0].label == .array([.integer(1), .string("z")]))
        #expect(pair[0].fields == ["lang": .string("en"), "n": .null])
        options.textBField = nil
        options.wordsField = "w"
        let words = try readAll(path, options).documents
        #expect(words[0].kind == .words)
        #expect(words[0].texts == ["x", "", "é"])
    }

    @Test func tablesFollowTheirQuotingRules() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(
            "id,text,other\r\n1,\"two\r\nlines, and \"\"quotes\"\"\",x\r\n\r\n2,5\" disk,\n3,\"\",\"\"", to: "t.csv")
        var options = ReadOptions()
        options.keepFields = ["id", "other"]
        let documents = try readAll(path, options).documents
        #expect(documents.map(\.texts) == [["two\r\nlines, and \"quotes\""], ["5\" disk"], [""]])
        #expect(documents.map(\.origin.line) == [2, 5, 6])
        #expect(documents[1].fields == ["id": .string("2"), "other": .string("")])
        let single = try folder.write("text\na\n\nb\n", to: "single.csv")
        #expect(try readAll(single).documents.map(\.texts) == [["a"], [""], ["b"]])
        options.textBField = "other"
        options.keepFields = []
        #expect(try readAll(path, options).documents[0].texts == ["two\r\nlines, and \"quotes\"", "x"])
    }

    @Test func samplesAreGroupedByTheirKeys() throws {
        let folder = try TemporaryFolder()
        let writer = try TarWriter(path: folder.file("s.tar"))
        try writer.add(name: "d.x/a.txt", bytes: Array("\u{FEFF}first\r\n".utf8))
        try writer.add(name: "d.x/a.CLS", bytes: Array("7".utf8))
        try writer.add(name: "d.x/a.note.md", bytes: Array("kept".utf8))
        try writer.add(name: "d.x/b.json", bytes: Array(#"{"text":"second","cls":"c"}"#.utf8))
        try writer.finish()
        var options = ReadOptions()
        options.labelField = "cls"
        options.keepFields = ["note.md"]
        let documents = try readAll(folder.file("s.tar"), options).documents
        #expect(documents.map(\.texts) == [["first"], ["second"]])
        #expect(documents.map(\.label) == [.integer(7), .string("c")])
        #expect(documents.map(\.origin.entry) == ["d.x/a", "d.x/b"])
        #expect(documents[0].fields == ["note.md": .string("kept")])
    }

    @Test func standardInputIsReadAndCannotBeResumed() throws {
        #expect(throws: CorporaError.self) {
            try RecordSource(inputs: [.standardInput, .standardInput], options: ReadOptions())
        }
        let source = try RecordSource(inputs: [InputSpec("-")], options: ReadOptions())
        #expect(source.canResume == false)
        #expect(source.totalBytes == nil)
        #expect(
            throws: CorporaError.cannotResume(
                path: "-", reason: "standard input cannot be read a second time; start anew")
        ) {
            try RecordSource(inputs: [.standardInput], options: ReadOptions(), cursor: source.cursor)
        }
    }
}
