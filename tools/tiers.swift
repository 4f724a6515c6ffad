// tools/tiers.swift: what `make tiers` runs, compiled with Tests/HouseTests/Tiers.swift and PackageDescription.swift.
// Reads the package's description from standard input and names the targets that import from their own or a higher tier.
import Foundation

@main
struct CheckTiers {
    static func main() throws {
        let package = try JSONDecoder().decode(
            PackageDump.self, from: FileHandle.standardInput.readDataToEndOfFile())
        let flaws = Tiers.flaws(of: package.targets)
        for flaw in flaws { print(flaw) }
        print("\(package.targets.count) targets, \(flaws.count) arrows that do not point down")
        exit(flaws.isEmpty ? 0 : 1)
    }
}
