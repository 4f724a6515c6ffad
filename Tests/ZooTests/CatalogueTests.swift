import Foundation
import TestSupport
import Testing
import Zoo
import ZooKit

@Suite struct CatalogueTests {
    static let methods = Catalogue.all.methods
    static let models = Repository.root + "/models"
    /// The kinds of models whose presets are known; other methods may have presets of any kind.
    static let types: [String: DecoderConfig.ModelType] = [
        "textgpt": .llama, "pixelgpt": .erniePixel, "monogpt": .erniePixel, "dualgpt": .erniePixel,
    ]

    /// The array of Package.swift.
    private func methodsOfThePackage() throws -> [String] {
        let text = try String(contentsOfFile: Repository.root + "/Package.swift", encoding: .utf8)
        let array = try #require(text.firstMatch(of: /(?m)^let methods = \[([^\]]*)\]/)).output.1
        return array.matches(of: /"([^"]*)"/).map { String($0.output.1) }
    }

    @Test func thePackageTheFoldersAndTheCatalogueNameTheSameMethods() throws {
        let names = Self.methods.map { "\($0)" }
        #expect(try methodsOfThePackage() == names)
        let root = Repository.root + "/Sources/Zoo"
        let entries = try FileManager.default.contentsOfDirectory(atPath: root)
        #expect(entries.filter { !$0.contains(".") }.sorted() == names.sorted())
        for name in names {
            #expect(FileManager.default.fileExists(atPath: "\(root)/\(name)/\(name).swift"), "\(name)")
            let page = try String(contentsOfFile: "\(root)/\(name)/README.md", encoding: .utf8)
            for section in ["## What is particular", "## What is tested"] {
                #expect(page.contains(section), "\(name) lacks \(section)")
            }
        }
    }

    @Test func namesAreUniqueAndFitTheCommandLine() throws {
        let names = Self.methods.map { $0.name }
        #expect(names.count >= 4 && Set(names).count == names.count)
        for method in Self.methods {
            #expect(method.name.wholeMatch(of: /[a-z][a-z0-9]*(-[a-z0-9]+)*/) != nil, "\(method.name)")
            // The folder's name is the same word without hyphens: `beam-lora` lies in `BeamLoRA`.
            #expect(method.name.replacing("-", with: "") == "\(method)".lowercased())
            #expect(try Catalogue.all.method(method.name) == method)
            #expect(method.source.link.hasPrefix("https://") && !method.summary.isEmpty)
        }
    }

    /// A method may do without presets; a folder of presets is that of a method, holds at least one, and each decodes.
    @Test func presetsDecodeAndAreThoseOfAMethod() throws {
        let presets = try ModelPresets.list(in: Self.models)
        let names = Set(Self.methods.map { $0.name })
        let folders = try FileManager.default.contentsOfDirectory(atPath: Self.models).filter { !$0.contains(".") }
        #expect(folders.count >= 4 && names.isSuperset(of: folders), "\(Set(folders).subtracting(names))")
        #expect(Set(presets.compactMap { $0.split(separator: "/").first.map(String.init) }) == Set(folders))
        for method in Self.methods where folders.contains(method.name) {
            let page = try String(
                contentsOfFile: Repository.root + "/Sources/Zoo/\(method)/README.md", encoding: .utf8)
            #expect(page.contains("## Presets"), "\(method) lacks ## Presets")
            for preset in presets where preset.hasPrefix(method.name + "/") {
                let config = try ModelPresets.config(preset, in: Self.models)
                #expect(config.modelType == Self.types[method.name] ?? config.modelType, "\(preset)")
                #expect(page.contains("`\(preset)`"), "\(preset) is not on its method's page")
            }
        }
    }

    @Test func anUnknownMethodIsNamedWithWhatIsNear() {
        #expect {
            try Catalogue.all.method("pixelgtp")
        } throws: { error in
            guard case CatalogueError.unknown("method", "pixelgtp", let near, let known)? = error as? CatalogueError
            else { return false }
            return near.contains("pixelgpt") && known == Self.methods.map { $0.name }
        }
    }
}
