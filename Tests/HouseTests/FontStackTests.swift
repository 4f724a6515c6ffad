import Foundation
import TestSupport
import Testing

@Suite struct FontStackTests {
    struct Stack: Decodable {
        let name: String
        let description: String
        let fonts: [Entry]
    }

    struct Entry: Decodable {
        let family: String
        let file: String
        let face_index: Int
        let package: String
        let sha256: String
        let scripts: [String]
        let role: String
    }

    static let paths = (try? Tree.files(in: "fonts", endingWith: ".json")) ?? []

    @Test func thereAreStacks() {
        #expect(Self.paths.contains("fonts/default.json"))
        #expect(Self.paths.count >= 3)
    }

    @Test(arguments: paths)
    func everyStackDecodes(path: String) throws {
        let stack = try JSONDecoder().decode(Stack.self, from: Data(try Tree.bytes(path)))
        #expect(path == "fonts/\(stack.name).json")
        #expect(!stack.description.isEmpty && !stack.fonts.isEmpty)
        var faces: Set<String> = []
        for entry in stack.fonts {
            #expect(faces.insert("\(entry.file)#\(entry.face_index)").inserted, "\(entry.file) stands twice")
            #expect(entry.sha256.count == 64 && entry.sha256.allSatisfy { $0.isHexDigit && !$0.isUppercase })
            #expect(["text", "emoji"].contains(entry.role))
            #expect(!entry.file.contains("/") && !entry.family.isEmpty && entry.face_index >= 0)
            #expect(entry.scripts.allSatisfy { $0.count == 4 })
        }
    }

    @Test func theInstallStepNamesEveryPackageOfTheStacks() throws {
        let script = try Tree.text("tools/install-dependencies.sh")
        for path in Self.paths {
            let stack = try JSONDecoder().decode(Stack.self, from: Data(try Tree.bytes(path)))
            for package in Set(stack.fonts.map(\.package)) {
                #expect(script.contains(package), "\(path) needs \(package)")
            }
        }
    }
}
