import Corpora
import Foundation
import Foundations
import Patches
import Typesetting
import ZooKit

/// The settings of the section `sources`: the shape of the model, and what it is trained on.
struct SourceSettings: Codable {
    /// The shape of the model.
    var model: String?
    /// A folder with the weights that training begins with.
    var initial: String?
    var tokenizer: String?
    var data: [String] = []
    var textData: [String] = []
    var imageData: [String] = []
    var pairData: [String] = []

    enum CodingKeys: String, CodingKey {
        case model, tokenizer, data
        case initial = "init"
        case textData = "text_data"
        case imageData = "image_data"
        case pairData = "pair_data"
    }

    /// The paths for a kind: its own, or those for all.
    func paths(of kind: ExampleKind) -> [String] {
        let own =
            switch kind {
            case .text: textData
            case .image: imageData
            case .pair: pairData
            }
        return own.isEmpty ? data : own
    }

    /// Data of each kind. Folders with a manifest of `letterpress render` are shards, all else is read as corpora are. Throws a
    /// failure for a kind without paths, and where shards and corpora stand together.
    func data(of kinds: [ExampleKind], _ read: ReadOptions) throws -> [ExampleKind: PretrainingData] {
        var found: [ExampleKind: PretrainingData] = [:]
        for kind in kinds {
            let paths = paths(of: kind)
            guard !paths.isEmpty else {
                throw CommandFailure(
                    .usage,
                    "the mix holds \(kind.rawValue) and there are no data for it; pass --data or --\(kind.rawValue)-data"
                )
            }
            if paths.contains("-") {
                throw CommandFailure(.usage, "a training reads its data several times; write standard input to a file")
            }
            let shards = paths.filter { FileManager.default.fileExists(atPath: $0 + "/" + Manifest.fileName) }
            guard shards.isEmpty || shards.count == paths.count else {
                let other = paths.first { !shards.contains($0) } ?? ""
                throw CommandFailure(
                    .usage,
                    "\(shards[0]) holds shards and \(other) does not; name shards or corpora for \(kind.rawValue)")
            }
            found[kind] = shards.isEmpty ? .corpus(paths.map(InputSpec.init), read) : .shards(paths)
        }
        return found
    }

    /// The same with paths that hold in every working folder.
    func absolute() -> SourceSettings {
        var settings = self
        settings.data = data.map(Self.absolute)
        settings.textData = textData.map(Self.absolute)
        settings.imageData = imageData.map(Self.absolute)
        settings.pairData = pairData.map(Self.absolute)
        if let tokenizer, tokenizer != "bytes" { settings.tokenizer = Self.absolute(tokenizer) }
        if let model, FileManager.default.fileExists(atPath: model) { settings.model = Self.absolute(model) }
        settings.initial = initial.map(Self.absolute)
        return settings
    }

    /// A path that holds in every working folder.
    static func absolute(_ path: String) -> String {
        path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
    }
}
