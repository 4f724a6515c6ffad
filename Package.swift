// swift-tools-version: 6.2
// Letterpress: text to pixels, and language models on either.
// Targets stand in tiers (docs/tiers.md); a target imports only from a lower tier, and a test holds that.
import Foundation
import PackageDescription

let environment = ProcessInfo.processInfo.environment

let common: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]
// Targets with pixel loops are optimised in debug builds too. The flag makes a package unusable as a versioned
// dependency, so LETTERPRESS_AS_DEPENDENCY leaves it out.
let optimised: [SwiftSetting] =
    environment["LETTERPRESS_AS_DEPENDENCY"] == nil
    ? [
        .unsafeFlags(["-O"], .when(configuration: .debug)),
        .unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release)),
    ] : []
let memorySafe: [SwiftSetting] = [.strictMemorySafety()]
let kernelFlags: [CSetting] =
    environment["LETTERPRESS_AS_DEPENDENCY"] == nil ? [.unsafeFlags(["-O3", "-Wall", "-Wextra", "-Werror"])] : []
let warningFlags: [CXXSetting] =
    environment["LETTERPRESS_AS_DEPENDENCY"] == nil ? [.unsafeFlags(["-Wall", "-Wextra", "-Werror"])] : []

func edge(_ name: String, pkgConfig: String, apt: String) -> Target {
    .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([apt])])
}

// The methods of the zoo: each is a folder of Sources/Zoo, with its code and a README.
let methods = ["TextGPT", "PixelGPT", "MonoGPT", "DualGPT", "HFT"]

// The documentation plugin is fetched only for `make docs`.
let documentation: [Package.Dependency] =
    environment["LETTERPRESS_DOCS"] == nil
    ? [] : [.package(url: "https://github.com/swiftlang/swift-docc-plugin", exact: "1.5.0")]

let package = Package(
    name: "letterpress",
    products: [
        .executable(name: "letterpress", targets: ["letterpress"]),
        .executable(name: "letterpress-bench", targets: ["letterpress-bench"]),
        .library(
            name: "Letterpress",
            targets: [
                "Foundations", "Reports", "Typesetting", "Corpora", "Patches", "Tensors", "Layers", "ZooKit", "Zoo",
                "Evaluation", "Distribution",
            ]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ] + documentation,
    targets: [
        // Edges to system libraries: module map, shim header, apt provider.
        edge("CFreeType", pkgConfig: "freetype2", apt: "libfreetype-dev"),
        edge("CHarfBuzz", pkgConfig: "harfbuzz", apt: "libharfbuzz-dev"),
        edge("CFriBidi", pkgConfig: "fribidi", apt: "libfribidi-dev"),
        edge("CPNG", pkgConfig: "libpng", apt: "libpng-dev"),
        edge("CArchive", pkgConfig: "libarchive", apt: "libarchive-dev"),
        edge("CZlib", pkgConfig: "zlib", apt: "zlib1g-dev"),
        edge("CCrypto", pkgConfig: "libcrypto", apt: "libssl-dev"),
        .systemLibrary(name: "COneDNN", providers: [.apt(["libdnnl-dev"])]),
        .systemLibrary(name: "CMalloc"),
        .systemLibrary(name: "CFiles"),
        .systemLibrary(name: "CProcess"),
        .target(name: "CKernels", cSettings: kernelFlags),
        .target(
            name: "CSentencePiece", cxxSettings: warningFlags,
            linkerSettings: [.linkedLibrary("sentencepiece"), .linkedLibrary("sentencepiece_train")]),
        .target(name: "CMPI", cSettings: kernelFlags),
        // Tier 0
        .target(
            name: "Foundations", dependencies: ["CArchive", "CZlib", "CCrypto", "CFiles", "CProcess"],
            swiftSettings: common + memorySafe + optimised),
        // Tier 1
        .target(
            name: "Typesetting", dependencies: ["Foundations", "CFreeType", "CHarfBuzz", "CFriBidi", "CKernels"],
            swiftSettings: common + memorySafe + optimised),
        .target(
            name: "Tensors", dependencies: ["Foundations", "CKernels", "COneDNN"],
            swiftSettings: common + memorySafe + optimised),
        .target(
            name: "Corpora", dependencies: ["Foundations", "CSentencePiece"],
            swiftSettings: common + memorySafe + optimised),
        .target(name: "Reports", dependencies: ["Foundations"], swiftSettings: common + memorySafe + optimised),
        // Tier 2
        .target(
            name: "Patches", dependencies: ["Typesetting", "Corpora", "Foundations", "CPNG"],
            swiftSettings: common + memorySafe + optimised),
        .target(
            name: "Layers", dependencies: ["Tensors", "Foundations"], swiftSettings: common + memorySafe + optimised),
        // Tier 3
        .target(
            name: "ZooKit",
            dependencies: ["Layers", "Patches", "Tensors", "Typesetting", "Corpora", "Reports", "Foundations"],
            swiftSettings: common + memorySafe + optimised),
        // Tier 4
        .target(
            name: "Zoo", dependencies: ["ZooKit", "Layers", "Tensors", "Foundations"],
            exclude: methods.map { "\($0)/README.md" },
            swiftSettings: common + memorySafe + optimised),
        .target(
            name: "Distribution", dependencies: ["ZooKit", "Patches", "Tensors", "Foundations", "CMPI"],
            swiftSettings: common + memorySafe + optimised),
        .target(
            name: "Evaluation",
            dependencies: [
                "ZooKit", "Layers", "Patches", "Tensors", "Typesetting", "Corpora", "Reports", "Foundations",
                "CProcess",
            ],
            swiftSettings: common + memorySafe + optimised),
        // Tier 5
        .executableTarget(
            name: "letterpress",
            dependencies: [
                "CMalloc",
                "Patches", "Typesetting", "Corpora", "Reports", "Foundations", "Zoo", "Evaluation", "ZooKit", "Layers",
                "Tensors", "Distribution",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Yams", package: "Yams"),
            ], swiftSettings: common),
        .executableTarget(
            name: "letterpress-bench",
            dependencies: [
                "Corpora", "Typesetting", "Distribution", "ZooKit", "Layers", "Tensors", "Foundations", "CKernels",
                "COneDNN",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], swiftSettings: common),
        // Tests
        .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: common),
        .target(
            name: "ReferenceKernels", dependencies: ["Tensors"], path: "Tests/ReferenceKernels",
            swiftSettings: common + optimised),
        .target(
            name: "TrainingSupport", dependencies: ["ZooKit", "Tensors"], path: "Tests/TrainingSupport",
            swiftSettings: common),
        .testTarget(
            name: "FoundationsTests", dependencies: ["Foundations", "TestSupport"], exclude: ["Fixtures"],
            swiftSettings: common),
        .testTarget(
            name: "TypesettingTests", dependencies: ["Typesetting", "Foundations", "TestSupport", "CKernels"],
            swiftSettings: common),
        .testTarget(
            name: "CorporaTests", dependencies: ["Corpora", "Foundations", "TestSupport"], exclude: ["Fixtures"],
            swiftSettings: common),
        .testTarget(name: "ReportsTests", dependencies: ["Reports", "Foundations"], swiftSettings: common),
        .testTarget(
            name: "PatchesTests", dependencies: ["Patches", "Typesetting", "Corpora", "Foundations", "TestSupport"],
            swiftSettings: common),
        .testTarget(
            name: "HouseTests",
            dependencies: [
                "Patches", "Typesetting", "Corpora", "Reports", "Foundations", "TestSupport", "ZooKit", "Layers",
                "Tensors",
                "Evaluation",
            ],
            swiftSettings: common),
        .testTarget(
            name: "TensorsTests", dependencies: ["Tensors", "ReferenceKernels", "TestSupport"], exclude: ["Fixtures"],
            swiftSettings: common + optimised),
        .testTarget(
            name: "LayersTests", dependencies: ["Layers", "Tensors", "ReferenceKernels"], swiftSettings: common),
        .testTarget(
            name: "ZooKitTests",
            dependencies: [
                "ZooKit", "Layers", "Patches", "Tensors", "Typesetting", "Corpora", "ReferenceKernels", "Foundations",
                "TestSupport", "TrainingSupport",
            ],
            exclude: ["Fixtures"],
            swiftSettings: common),
        .executableTarget(
            name: "RankProbe", dependencies: ["Distribution", "ZooKit", "Layers", "Tensors", "Foundations"],
            path: "Tests/RankProbe",
            swiftSettings: common),
        .testTarget(
            name: "DistributionTests",
            dependencies: ["Distribution", "ZooKit", "Foundations", "RankProbe", "TestSupport"],
            swiftSettings: common),
        .testTarget(
            name: "EvaluationTests",
            dependencies: [
                "Evaluation", "ZooKit", "Layers", "Patches", "Typesetting", "Tensors", "Corpora", "Foundations",
                "TestSupport",
            ],
            exclude: ["Fixtures"],
            swiftSettings: common),
        .testTarget(
            name: "ZooTests",
            dependencies: [
                "Zoo", "ZooKit", "Layers", "Tensors", "Foundations", "ReferenceKernels", "TestSupport",
                "TrainingSupport",
            ],
            swiftSettings: common),
        .testTarget(
            name: "CommandTests",
            dependencies: [
                "Evaluation", "Patches", "Typesetting", "ZooKit", "Layers", "Tensors", "Corpora", "Foundations",
                "TestSupport",
            ],
            swiftSettings: common),
    ],
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx17
)
