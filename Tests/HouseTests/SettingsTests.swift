import TestSupport
import Testing

@Suite struct SettingsTests {
    private static let common: Set<String> = [
        "enableUpcomingFeature:ExistentialAny", "enableUpcomingFeature:MemberImportVisibility",
        "enableUpcomingFeature:InternalImportsByDefault", "treatAllWarnings:error",
    ]

    @Test func everySwiftTargetHasTheCommonSettings() throws {
        let package = try PackageDump.ofThisPackage.get()
        #expect(package.swiftLanguageVersions == ["6"])
        for target in package.targets where target.isSwift {
            let missing = Self.common.subtracting(target.settingNames)
            #expect(missing == [], "\(target.name) lacks \(missing.sorted())")
        }
    }

    @Test func librariesAreMemorySafeAndOptimisedInDebugBuilds() throws {
        let libraries = try PackageDump.ofThisPackage.get().targets.filter {
            $0.isSwift && $0.type == "regular" && !Tiers.forTests.contains($0.name)
        }
        #expect(libraries.count >= 4)
        for target in libraries {
            #expect(target.settingNames.contains("strictMemorySafety"), "\(target.name) lacks strict memory safety")
            #expect(target.settingNames.contains("debug:unsafeFlags:-O"), "\(target.name) is not optimised")
        }
    }
}
