import Foundation
import Foundations
import TestSupport
import Testing
import Typesetting

@Suite struct FontTests {
    @Test(arguments: [
        "{", "[]", "{}", #"{"name": "a", "description": "b", "fonts": 3}"#,
        #"{"name": 1, "description": "b", "fonts": []}"#, #"{"name": "a", "description": "b", "fonts": [{}]}"#,
        #"{"name": "a", "description": "b", "fonts": [], "more": 1}"#,
    ])
    func aMalformedStackManifestIsRefusedWithItsPath(json: String) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(json, to: "stack.json")
        let error = #expect(throws: (any Error).self) { try FontStackManifest.load(path: path) }
        #expect(error.map { "\($0)".contains(path) } == true)
    }

    private func manifest(file: String, sha256: String) -> FontStackManifest {
        let json = """
            {"name": "one", "description": "", "fonts": [{"family": "Some Sans", "file": "\(file)", "face_index": 0,
            "package": "fonts-some", "sha256": "\(sha256)", "scripts": ["Latn"], "role": "text"}]}
            """
        let decoded = try? JSONDecoder().decode(FontStackManifest.self, from: Data(json.utf8))
        return decoded ?? FontStackManifest(name: "broken", description: "", fonts: [])
    }

    @Test func aMissingFontNamesItsPackage() {
        let error = #expect(throws: TypesettingError.self) {
            try FontSet(stack: manifest(file: "NoSuchFont.ttf", sha256: ""))
        }
        #expect(error?.description.contains("fonts-some") == true)
    }

    @Test func anotherFontIsRefusedUnlessAllowedAndThenRecorded() throws {
        let stack = manifest(file: "NotoSans-Regular.ttf", sha256: String(repeating: "0", count: 64))
        let error = #expect(throws: TypesettingError.self) { try FontSet(stack: stack) }
        #expect(error?.description.contains("--allow-other-fonts") == true)
        let fonts = try FontSet(stack: stack, allowOtherFonts: true)
        #expect(fonts.fonts[0].matchesStack == false)
        #expect(fonts.fonts[0].sha256.count == 64)
    }

    @Test func ofFontsWithOneNameTheRightOneIsTaken() throws {
        let folder = try TemporaryFolder()
        let finder = FontFinder(folders: FontFinder.systemFolders)
        let path = try #require(finder.path(of: "NotoSansOgham-Regular.ttf"))
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        try FileManager.default.createDirectory(atPath: folder.file("a"), withIntermediateDirectories: true)
        _ = try folder.write(bytes + [0], to: "a/NotoSansOgham-Regular.ttf")
        let stack = manifest(file: "NotoSansOgham-Regular.ttf", sha256: SHA256Digest.of(bytes).hex)
        let fonts = try FontSet(stack: stack, folders: [folder.file("a")] + FontFinder.systemFolders)
        #expect(fonts.fonts[0].matchesStack)
    }

    @Test func theDefaultStackIsInstalledAsRecorded() throws {
        let fonts = try Fonts.all()
        #expect(fonts.fonts.count > 100)
        #expect(fonts.fonts.filter { !$0.matchesStack }.isEmpty)
        #expect(fonts.fonts.last?.isEmoji == true)
    }

    @Test func damagedFontsGiveErrorsOrPicturesButNeverACrash() throws {
        let folder = try TemporaryFolder()
        let finder = FontFinder(folders: FontFinder.systemFolders)
        var generator = SplitMix64(seed: 5)
        for file in ["NotoSansThaana-Regular.ttf", "NotoSansOgham-Regular.ttf"] {
            let original = [UInt8](try Data(contentsOf: URL(fileURLWithPath: #require(finder.path(of: file)))))
            for round in 0..<60 {
                var bytes = original
                if round % 4 == 0 { bytes.removeLast(Int.random(in: 1..<bytes.count, using: &generator)) }
                for _ in 0..<Int.random(in: 1...40, using: &generator) {
                    let limit = round % 2 == 0 ? min(bytes.count, 600) : bytes.count
                    bytes[Int.random(in: 0..<limit, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
                }
                let path = try folder.write(bytes, to: "font\(round).ttf")
                do {
                    let typesetter = try Typesetter(fonts: FontSet(paths: [path]))
                    let line = try typesetter.line(Array("\u{784}\u{7A8} abc \u{1681}\u{1682} 12".utf8))
                    try typesetter.draw(line, on: typesetter.canvas(patchCount: 8), x: 2)
                } catch {
                    #expect("\(error)".contains("font\(round).ttf") || "\(error)".contains("HarfBuzz"))
                }
            }
        }
        let text = try folder.write("no font at all", to: "text.ttf")
        #expect(throws: TypesettingError.self) { try FontSet(paths: [text]) }
        #expect(throws: TypesettingError.self) { try FontSet(paths: [folder.file("absent.ttf")]) }
        #expect(throws: TypesettingError.self) { try FontSet(paths: []) }
    }

    @Test func aFaceOfACollectionIsChosenByNumber() throws {
        let finder = FontFinder(folders: FontFinder.systemFolders)
        let path = try #require(finder.path(of: "NotoSansCJK-Regular.ttc"))
        let fonts = try FontSet(paths: [path + "#2"])
        #expect(fonts.fonts[0].faceIndex == 2)
        #expect(fonts.fonts[0].family.contains("SC"))
        for index in ["99", "70000", "99999999999"] {
            #expect(throws: TypesettingError.self) { try FontSet(paths: [path + "#" + index]) }
        }
    }

    @Test func versionsOfAllLibrariesAreKnown() {
        let versions = LibraryVersions.all
        for name in ["freetype", "harfbuzz", "fribidi", "fribidi_unicode"] {
            #expect(versions[name]?.contains(".") == true, "\(name)")
        }
    }
}
