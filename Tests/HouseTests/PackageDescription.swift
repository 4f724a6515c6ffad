import Foundation

/// The package as `swift package dump-package` describes it.
struct PackageDump: Decodable, Sendable {
    let targets: [Target]
    let swiftLanguageVersions: [String]

    struct Target: Decodable, Sendable {
        let name: String
        let type: String
        let path: String?
        let dependencies: [Dependency]
        let settings: [Setting]

        var folder: String { path ?? (type == "test" ? "Tests/\(name)" : "Sources/\(name)") }
        var isSwift: Bool { type != "system" && !["CKernels", "CSentencePiece", "CMPI"].contains(name) }
        /// Names of targets and products that it may import.
        var dependencyNames: [String] { dependencies.map(\.name) }
        /// Settings in one word each, as `enableUpcomingFeature:ExistentialAny` or `debug:unsafeFlags:-O`.
        var settingNames: Set<String> { Set(settings.map(\.name)) }
    }

    struct Dependency: Decodable, Sendable {
        let name: String
        let isProduct: Bool

        init(from decoder: any Decoder) throws {
            let kinds = try decoder.singleValueContainer().decode([String: [JSONText?]].self)
            guard let (kind, parts) = kinds.first, let name = parts.first??.text else {
                throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "dependency"))
            }
            self.name = name
            isProduct = kind == "product"
        }
    }

    struct Setting: Decodable, Sendable {
        let name: String

        private enum Key: String, CodingKey { case kind, condition }
        private struct Condition: Decodable { let config: String? }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Key.self)
            let kinds = try container.decode([String: [String: JSONText]].self, forKey: .kind)
            let condition = try container.decodeIfPresent(Condition.self, forKey: .condition)?.config
            name = kinds.map { kind, value in
                ([condition, kind].compactMap { $0 } + value.values.map(\.text)).joined(separator: ":")
            }.joined()
        }
    }

    /// A string, a list of strings joined by blanks, or anything else as "".
    struct JSONText: Decodable, Sendable {
        let text: String

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let string = try? container.decode(String.self) {
                text = string
            } else {
                text = ((try? container.decode([String].self)) ?? []).joined(separator: " ")
            }
        }
    }
}
