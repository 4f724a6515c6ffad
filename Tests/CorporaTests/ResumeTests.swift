import Corpora
import Foundation
import Foundations
import TestSupport
import Testing

@Suite struct ResumeTests {
    @Test(arguments: Fixture.formats, Compression.allCases)
    func resumingAfterAnyDocumentGivesTheRemainingOnes(
        format: ReadOptions.Format, compression: Compression
    ) throws {
        let folder = try TemporaryFolder()
        let texts = Fixture.texts(23, seed: 5)
        let path = try Fixture.write(texts, as: format, compression, in: folder)
        let options = Fixture.options(format)
        let whole = try readAll(path, options).documents
        #expect(whole.count == 23)
        let reader = try DocumentReader(inputs: [InputSpec(path)], options: options)
        for count in 0...23 {
            // A cursor is saved as JSON between two runs.
            let saved = try StrictJSON.encode(reader.cursor)
            let cursor = try StrictJSON.decode(Cursor.self, from: saved, source: "cursor")
            #expect(try readAll(path, options, cursor: cursor).documents == Array(whole[count...]), "after \(count)")
            _ = try reader.next()
        }
    }

    /// Inputs are known by what they hold and by their names, however their paths are spelled.
    @Test func aCursorHoldsUnderEveryPathToTheSameFilesAndNoOther() throws {
        let folder = try TemporaryFolder()
        try folder.write("a\nb\nc\n", to: "in/1.txt")
        try folder.write("d\ne\n", to: "in/2.md")
        let whole = try readAll(folder.file("in")).documents.map(\.texts)
        let reader = try DocumentReader(inputs: [InputSpec(folder.file("in"))])
        for _ in 0..<4 { _ = try reader.next() }
        try FileManager.default.createSymbolicLink(
            atPath: folder.file("link"), withDestinationPath: folder.file("in"))
        try FileManager.default.copyItem(atPath: folder.file("in"), toPath: folder.file("moved"))
        for path in [
            "in/", "./in", "link", "moved", "in/[12].*", "../\((folder.path as NSString).lastPathComponent)/in",
        ] {
            let rest = try readAll(folder.file(path), cursor: reader.cursor).documents
            #expect(rest.map(\.texts) == Array(whole[4...]), "\(path)")
        }
        // Other bytes of the same size, and the same bytes under another name.
        try folder.write("x\ne\n", to: "moved/2.md")
        #expect(throws: CorporaError.self) { try readAll(folder.file("moved"), cursor: reader.cursor) }
        try folder.write("d\ne\n", to: "moved/2.md")
        try FileManager.default.moveItem(atPath: folder.file("moved/2.md"), toPath: folder.file("moved/3.md"))
        #expect(throws: CorporaError.self) { try readAll(folder.file("moved"), cursor: reader.cursor) }
    }

    @Test(arguments: ["byteOffset", "line", "entry", "index", "file"], [Int.max, -1, .min])
    func aPlaceThatCannotBeIsRefused(_ key: String, _ value: Int) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("a\nb\n", to: "in.txt")
        var cursor = try DocumentReader(inputs: [InputSpec(path)], options: ReadOptions()).cursor
        switch key {
        case "byteOffset": cursor.position.byteOffset = value
        case "line": cursor.position.line = value
        case "entry": cursor.position.entry = value
        case "index": cursor.position.index = value
        default: cursor.position.file = value
        }
        let error = #expect(throws: CorporaError.self) { _ = try readAll(path, ReadOptions(), cursor: cursor) }
        #expect(error?.description.hasPrefix("cannot resume \(path): ") == true)
    }

    @Test func resumingGoesOnOverFilesShardsAndProblems() throws {
        let folder = try TemporaryFolder()
        try folder.write("a\nb\nc\n", to: "in/1.txt")
        try folder.write("{\"text\":\"d\"}\n{broken\n{\"text\":\"e\"}\n", to: "in/2.jsonl")
        try folder.write("id,text\n1,f\n\"x\"y,g\n2,h,i\n3,j\n", to: "in/3.csv")
        let torn = try Fixture.compressed(Array(Fixture.texts(5000).joined(separator: "\n").utf8), .gzip)
        try folder.write(Array(torn[..<(torn.count / 2)]), to: "in/4.txt.gz")
        try folder.write("k\nl", to: "in/5.txt")
        for shardCount in [1, 3] {
            for shardIndex in 0..<shardCount {
                var options = ReadOptions()
                options.onStructureError = .skip
                (options.shardIndex, options.shardCount) = (shardIndex, shardCount)
                let (whole, report) = try readAll(folder.file("in"), options)
                let reader = try DocumentReader(inputs: [InputSpec(folder.file("in"))], options: options)
                for count in 0...whole.count {
                    if count < 12 || count > whole.count - 6 || count % 97 == 0 {
                        let (rest, restReport) = try readAll(folder.file("in"), options, cursor: reader.cursor)
                        #expect(rest == Array(whole[count...]))
                        var sum = reader.report
                        sum.add(restReport)
                        #expect(sum == report, "after \(count)")
                    }
                    _ = try reader.next()
                }
            }
        }
    }

    @Test(arguments: Fixture.formats, [1, 2, 5, 50])
    func shardsPartitionTheDocuments(format: ReadOptions.Format, count: Int) throws {
        let folder = try TemporaryFolder()
        let path = try Fixture.write(Fixture.texts(31), as: format, .none, in: folder)
        var options = Fixture.options(format)
        let whole = try readAll(path, options).documents
        options.shardCount = count
        var found: [Int: Document] = [:]
        for index in 0..<count {
            options.shardIndex = index
            for document in try readAll(path, options).documents {
                #expect(document.origin.index % count == index)
                #expect(found.updateValue(document, forKey: document.origin.index) == nil)
            }
        }
        #expect(whole.indices.map { found[$0] } == whole)
    }

    @Test func aCursorOfOtherInputsIsRefused() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("a\nb\n", to: "x.txt")
        let reader = try DocumentReader(inputs: [InputSpec(path)])
        _ = try reader.next()
        try folder.write("a\nb\nc\n", to: "x.txt")
        do {
            _ = try readAll(path, cursor: reader.cursor)
            Issue.record("a cursor of another input was accepted")
        } catch CorporaError.cannotResume(let named, _) {
            #expect(named == path)
        }
    }

    @Test func longLinesAcrossBlocksAreWhole() throws {
        let folder = try TemporaryFolder()
        let lines = (0..<40).map { String(repeating: "0123456789", count: $0 * $0 * 173 % 9000 + $0 * 2000) }
        let path = try folder.write(lines.joined(separator: "\r\n"), to: "x.txt")
        #expect(try readAll(path).documents.map(\.texts) == lines.map { [$0] })
    }
}
