import Foundations
import ZooKit

/// A model as it was named: a pretrained one, or what fine-tuning made of one.
struct EvaluatedModel {
    /// A fine-tuned model.
    struct Head {
        let folder: String
        let record: ClassifierRecord
        /// The seed of its run, where that is known.
        let seed: Int?
    }

    /// Its name in tables.
    let name: String
    /// The folder of the model; of several heads that of the first.
    let folder: String
    /// Those of a fine-tuning, one a seed; none of a pretrained model.
    let heads: [Head]

    /// Words with commas taken apart, but where a comma belongs to a folder that is there.
    static func words(_ words: [String]) -> [String] {
        words.flatMap { word in
            Folder.isFolder(parts(of: word).path) ? [word] : word.split(separator: ",").map(String.init)
        }
    }

    /// Name and path of a word; a folder with an equals sign in its own name is a path.
    static func parts(of word: String) -> (name: String?, path: String) {
        guard let place = word.firstIndex(of: "="), !Folder.isFolder(word), !word[..<place].contains("/") else {
            return (nil, word)
        }
        return (String(word[..<place]), String(word[word.index(after: place)...]))
    }

    /// Looks at a folder: a model, a fine-tuning, a grid, or a pretraining, whose last checkpoint is taken.
    init(_ word: String, _ catalogue: MethodCatalogue) throws {
        let (given, path) = Self.parts(of: word)
        name = given ?? Self.name(of: path)
        guard !name.isEmpty, !name.hasPrefix("."), !name.contains("/") else {
            throw EvaluationError.request("'\(name)' cannot name a model, for folders get the name; write name=\(path)")
        }
        guard Folder.isFolder(path) else { throw EvaluationError.noModel("there is no model folder \(path)") }
        if let found = try ModelFolder.place(of: path) {
            folder = found
            heads = try Self.heads(of: found, catalogue, seed: FinetuneResult.read(path)?.settings.seed)
        } else if Folder.hasItem("\(path)/\(GridLedger.fileName)") {
            heads = try Self.heads(ofGrid: path)
            folder = heads[0].folder
        } else {
            throw EvaluationError.noModel(
                "\(path) holds no model: expected config.json, best/ of a fine-tuning, grid.jsonl or checkpoints/")
        }
    }

    /// The head of a classifier; none of another model. Throws a failure for a classifier without its record.
    private static func heads(of folder: String, _ catalogue: MethodCatalogue, seed: Int?) throws -> [Head] {
        guard try ModelFolder.open(folder, catalogue).kind == .classification else { return [] }
        guard let record = try ClassifierRecord.read(folder) else {
            throw EvaluationError.contents(
                "\(folder) is a classifier without \(ClassifierRecord.fileName); name best/ of a fine-tuning")
        }
        return [Head(folder: folder, record: record, seed: seed)]
    }

    /// The runs of a grid and the best of its settings.
    private static func ranked(_ path: String) throws -> (entries: [GridEntry], best: GridRanking.Row?) {
        let entries = try GridLedger.read("\(path)/\(GridLedger.fileName)")
        let direction = entries.first.flatMap { Metric.named($0.metric) }?.direction ?? .higher
        return (entries, GridRanking(entries, direction: direction).rows.first)
    }

    /// The folder of the best model of a grid. Throws ``EvaluationError`` where no run has its model.
    static func best(ofGrid path: String) throws -> String {
        guard let best = try ranked(path).best, let found = try ModelFolder.place(of: "\(path)/\(best.best)") else {
            throw EvaluationError.noModel("\(path): no run of the grid is finished and has its model")
        }
        return found
    }

    /// The models of the best cell of a grid, one a seed.
    private static func heads(ofGrid path: String) throws -> [Head] {
        let (entries, row) = try ranked(path)
        let best = row?.cell
        var heads: [Head] = []
        for entry in entries where entry.cell == best {
            let folder = "\(path)/\(entry.folder)/best"
            guard let record = try ClassifierRecord.read(folder) else { continue }
            heads.append(Head(folder: folder, record: record, seed: entry.settings.seed))
        }
        guard !heads.isEmpty else {
            throw EvaluationError.noModel("\(path): no run of its best settings is finished and has its model")
        }
        return heads
    }

    /// The last part of a path that tells something.
    static func name(of path: String) -> String {
        let parts = path.split(separator: "/").map(String.init).filter { $0 != "." }
        let telling = parts.last { part in
            let isNumbered = ["step-", "seed-"].contains { part.hasPrefix($0) && Int(part.dropFirst($0.count)) != nil }
            return !["best", "checkpoints", "model"].contains(part) && !isNumbered
        }
        return telling ?? parts.last ?? path
    }

    /// The models of words; two of one name are an error.
    static func all(_ words: [String], _ catalogue: MethodCatalogue) throws -> [EvaluatedModel] {
        let models = try self.words(words).map { try EvaluatedModel($0, catalogue) }
        for (place, model) in models.enumerated() {
            if let other = models[..<place].first(where: { $0.name == model.name }) {
                throw EvaluationError.request(
                    "two models are named \(model.name): \(other.folder) and \(model.folder); write name=folder for one"
                )
            }
        }
        return models
    }
}
