import Corpora
import Foundation
import Foundations
import TestSupport
import Testing

/// Files that hold no text are never read as text.
@Suite struct BinaryInputTests {
    /// First bytes of files that are met beside corpora, with what the message must name.
    static let files: [(name: String, bytes: [UInt8])] = [
        ("Parquet", Array("PAR1\u{15}\u{4}\0\u{15}".utf8)), ("PDF", Array("%PDF-1.7\n%text\n".utf8)),
        ("PNG", [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]), ("JPEG", [0xFF, 0xD8, 0xFF, 0xE0, 0x41, 0x41]),
        ("GIF", Array("GIF89a\u{1}\0\u{1}\0".utf8)), ("WebP", Array("RIFF\u{24}\0\0\0WEBPVP8 ".utf8)),
        ("ZIP", [0x50, 0x4B, 0x03, 0x04, 0x14]), ("bzip2", Array("BZh91AY&SY".utf8) + [0xC3, 0x28, 0x41, 0x41, 0x41]),
        ("SQLite", Array("SQLite format 3\0".utf8)), ("UTF-16", [0xFF, 0xFE, 0x41, 0x00, 0x42, 0x00]),
        ("NUL", Array("text with a hole: \0 and more".utf8)),
    ]

    @Test(arguments: [Compression.none, .gzip, .zstd])
    func everyKindIsRefusedWithItsNameInEveryFormat(_ compression: Compression) throws {
        let folder = try TemporaryFolder()
        let suffix = [Compression.gzip: ".gz", .zstd: ".zst"][compression] ?? ""
        for (name, bytes) in Self.files {
            for format in [ReadOptions.Format.lines, .document, .jsonl, .csv, .tsv] {
                let path = try folder.write(
                    try Fixture.compressed(bytes + Array("\nmore\n".utf8), compression), to: "x.txt\(suffix)")
                var options = ReadOptions()
                options.format = format
                do {
                    _ = try readAll(path, options)
                    Issue.record("\(name) was read as \(format)")
                } catch CorporaError.structure(let problem) {
                    #expect(problem.kind == .binaryInput && problem.path == path, "\(problem)")
                    #expect(problem.detail.contains(name) && problem.detail.contains("; "), "\(problem)")
                }
            }
        }
    }

    @Test func underSkipTheFileIsLeftOutAndTheOthersAreRead() throws {
        let folder = try TemporaryFolder()
        try folder.write("first\n", to: "in/a.txt")
        try folder.write("%PDF-1.4\n", to: "in/b.txt")
        try folder.write("# last\n", to: "in/c.md")
        var options = ReadOptions()
        options.onStructureError = .skip
        let (documents, report) = try readAll(folder.file("in"), options)
        #expect(documents.map(\.texts) == [["first"], ["# last"]])
        #expect(report.problems == ["binary_input": 1])
    }

    /// Texts may begin like the files of programs.
    @Test(arguments: [
        "GGUF is a format of models.", "PAR1 is a gene.", "Rar! said he.", "BZhang wrote it.", "ARROW1 points up.",
        "Use the WEBP format.", "MM and II", String(repeating: "x", count: 257) + "ustar é", "GIF89a é字😀",
    ])
    func textsThatBeginLikeBinaryFilesAreRead(_ text: String) throws {
        let folder = try TemporaryFolder()
        #expect(try readAll(folder.write(text + "\n", to: "a.txt")).documents.map(\.texts) == [[text]])
        // A character that is cut where the look ends is no sign of anything.
        let long = text + String(repeating: "é", count: 8192)
        #expect(try readAll(folder.write(long + "\n", to: "b.txt")).documents.map(\.texts) == [[long]])
    }

    @Test func aMemberOfASampleMustBeText() throws {
        let folder = try TemporaryFolder()
        let writer = try TarWriter(path: folder.file("in.tar"), compression: .none)
        try writer.add(name: "1.txt", bytes: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
        try writer.finish()
        do {
            _ = try readAll(folder.file("in.tar"))
            Issue.record("a picture was read as text")
        } catch CorporaError.structure(let problem) { #expect(problem.detail.contains("PNG")) }
    }

    @Test func aByteOrderMarkAndControlCharactersAreText() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write([0xEF, 0xBB, 0xBF, 0x61, 0x01, 0x1B, 0x0A], to: "a.txt")
        #expect(try readAll(path).documents.map(\.texts) == [["a\u{1}\u{1B}"]])
        #expect(try TextFile.contents(of: path).count == 7)
        #expect(throws: CorporaError.self) { try TextFile.contents(of: folder.write([0x61, 0x00], to: "b.txt")) }
    }

    @Test func markdownAndReStructuredTextAreReadInFolders() throws {
        let folder = try TemporaryFolder()
        for name in ["a.md", "b.rst", "c.markdown", "d.txt.gz", "e.log"] {
            try folder.write("\(name)\n", to: "in/\(name)")
        }
        let source = try RecordSource(inputs: [InputSpec(folder.file("in"))], options: ReadOptions())
        #expect(source.paths.map { ($0 as NSString).lastPathComponent } == ["a.md", "b.rst", "c.markdown", "d.txt.gz"])
    }

    @Test func aNamedFieldWantsAFormatWithFields() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(#"{"body": "x"}"# + "\n", to: "a.txt")
        var options = ReadOptions()
        (options.textField, options.isTextFieldNamed) = ("body", true)
        #expect(throws: CorporaError.self) { try readAll(path, options) }
        options.format = .jsonl
        #expect(try readAll(path, options).documents.map(\.texts) == [["x"]])
    }
}
