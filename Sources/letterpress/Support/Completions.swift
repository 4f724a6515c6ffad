import ArgumentParser
import Evaluation
import Foundation
import Foundations
import Zoo
import ZooKit

/// Completions of values of arguments; they ask the installation that they find themselves.
enum Completions {
    /// Names of tasks and suites, and task files.
    static let tasks = CompletionKind.custom { _, _, prefix in
        ((try? Installation(root: nil).tasks().names) ?? []) + items(beginning: prefix)
    }

    /// Presets of the zoo, and folders and files that hold a shape.
    static let models = CompletionKind.custom { _, _, prefix in
        let presets = (try? Installation(root: nil).models()).flatMap { try? ModelPresets.list(in: $0) } ?? []
        return presets + items(beginning: prefix)
    }

    /// Font stacks, and manifests of stacks.
    static let fonts = CompletionKind.custom { _, _, prefix in
        ((try? Installation(root: nil).stackNames()) ?? []) + items(beginning: prefix)
    }

    /// Ways to train: all, head, and those of methods.
    static let adaptations = CompletionKind.list(
        ["all", "head"] + Catalogue.all.methods.flatMap { $0.adaptations.map { $0.name } })
    /// Methods of the zoo.
    static let methods = CompletionKind.list(Catalogue.all.methods.map { $0.name })
    /// Presets of drawing.
    static let drawings = CompletionKind.list(Presets.all.keys.sorted())
    /// Presets of pretraining.
    static let trainings = CompletionKind.list(Presets.pretraining.keys.sorted())
    /// Presets of generation.
    static let samplings = CompletionKind.list(Presets.generation.keys.sorted())

    /// Folders, and files that end with `.json`, whose paths begin like `prefix`.
    private static func items(beginning prefix: String) -> [String] {
        let folder = prefix.contains("/") ? String(prefix[...(prefix.lastIndex(of: "/") ?? prefix.startIndex)]) : ""
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.isEmpty ? "." : folder)) ?? []
        return names.sorted().filter { !$0.hasPrefix(".") }.compactMap { name in
            let path = folder + name
            guard path.hasPrefix(prefix) else { return nil }
            return Folder.isFolder(path) ? path + "/" : name.hasSuffix(".json") ? path : nil
        }
    }
}
