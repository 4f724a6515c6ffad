import Foundation
import TestSupport
import Testing

@Suite struct TierTests {
    @Test func everyTargetDependsOnLowerTiersOnly() throws {
        let package = try PackageDump.ofThisPackage.get()
        #expect(package.targets.count > 10)
        #expect(Tiers.flaws(of: package.targets) == [])
    }

    @Test(arguments: [
        ("Foundations", "Typesetting", "upward from tier 0 to 1"), ("Typesetting", "Corpora", "sideways in tier 1"),
        ("Patches", "PatchesTests", "nothing depends on tests"), ("Corpora", "TestSupport", "only tests use"),
        ("Tensors", "ReferenceKernels", "only tests use"), ("ReferenceKernels", "TestSupport", "only tests use"),
        ("Evaluation", "Zoo", "sideways in tier 4"), ("Corpora", "Nothing", "no such target"),
        ("Strange", "Foundations", "without a tier"),
    ])
    func wrongArrowsAreFound(from: String, to: String, reason: String) throws {
        let names = [
            "Foundations", "Typesetting", "Corpora", "Tensors", "Patches", "Zoo", "TestSupport", "ReferenceKernels",
        ].filter { $0 != from }
        let json =
            "[\(target(from, to: to)),\(target("PatchesTests", type: "test")),"
            + names.map { target($0) }.joined(separator: ",") + "]"
        let targets = try JSONDecoder().decode([PackageDump.Target].self, from: Data(json.utf8))
        #expect(Tiers.flaws(of: targets).first?.contains(reason) == true)
    }

    private func target(_ name: String, type: String = "regular", to dependency: String? = nil) -> String {
        let list = dependency.map { "{\"byName\": [\"\($0)\", null]}" } ?? ""
        return "{\"name\": \"\(name)\", \"type\": \"\(type)\", \"dependencies\": [\(list)], \"settings\": []}"
    }

    @Test func theDocumentOfTiersNamesEveryTarget() throws {
        let page = try Tree.text("docs/tiers.md")
        for target in try PackageDump.ofThisPackage.get().targets where target.type != "test" {
            #expect(page.contains("`\(target.name)`"), "docs/tiers.md does not name \(target.name)")
        }
    }

    @Test func sourcesImportOnlyDeclaredDependencies() throws {
        let package = try PackageDump.ofThisPackage.get()
        let known = Set(package.targets.map(\.name)).union(package.targets.flatMap(\.dependencyNames))
        var imports = 0
        for target in package.targets where target.isSwift {
            let allowed = Set(target.dependencyNames)
            for file in try Tree.files(in: target.folder, endingWith: ".swift") {
                for module in Tree.imports(in: try Tree.text(file)) where known.contains(module) {
                    imports += 1
                    #expect(allowed.contains(module), "\(file) imports \(module), which \(target.name) does not name")
                }
            }
        }
        #expect(imports > 50)
    }

    @Test func declaredDependenciesAreImported() throws {
        for target in try PackageDump.ofThisPackage.get().targets where target.isSwift && target.type != "test" {
            let used = Set(
                try Tree.files(in: target.folder, endingWith: ".swift").flatMap { Tree.imports(in: try Tree.text($0)) })
            for name in target.dependencyNames {
                #expect(used.contains(name), "\(target.name) names \(name) and does not import it")
            }
        }
    }
}
