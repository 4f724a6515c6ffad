import Evaluation
import Foundation
import Foundations
import Patches
import ZooKit

/// The settings of the section `task`: what is fine-tuned on what, and a grid over settings.
struct FinetuneSources: Codable {
    var model: String?
    var name: String?
    var data: String?
    var train: String?
    var dev: String?
    var test: String?
    var textColumn: String?
    var textBColumn: String?
    var labelColumn: String?
    var kind: String?
    var tableName: String?
    var devShare: Double?
    var tokenizer: String?
    var grid: [String] = []
    var seeds: [Int] = []
    var keepBestOnly = false

    enum CodingKeys: String, CodingKey {
        case model, name, data, train, dev, test, kind, tokenizer, grid, seeds
        case textColumn = "text_column"
        case textBColumn = "text_b_column"
        case labelColumn = "label_column"
        case tableName = "table_name"
        case devShare = "dev_share"
        case keepBestOnly = "keep_best_only"
    }

    /// The pretrained model. Throws a failure where none is named, and where there is none.
    func needModel() throws -> ModelFolder {
        if let model { return try ModelFolder.named(model) }
        throw CommandFailure(.usage, "which model? pass --model with the folder of a pretrained one")
    }

    /// The task with the place of its files: one of the installation, of a file, or made of tables. Throws a usage failure where none
    /// or two of them are named.
    func task(_ installation: Installation) throws -> (task: TaskDefinition, place: TaskPlace) {
        let (task, place) = try definition(installation)
        if let place { return (task, place) }
        if let found = try installation.dataFolder(of: task, file: name, named: data) {
            return (task, TaskPlace(found))
        }
        throw CommandFailure(.usage, "where are the files of \(task.name)? pass --data. \(task.source.obtain)")
    }

    /// The task, and the place of its files where it is made of tables.
    func definition(_ installation: Installation) throws -> (task: TaskDefinition, place: TaskPlace?) {
        if let table = try tables() { return (table.definition, TaskPlace(".", files: table.files)) }
        guard let name else {
            throw CommandFailure(
                .usage, "which task? pass --task, a name or a JSON file, or --train with a table of texts and labels")
        }
        if name.hasSuffix(".json") { return (try TaskCatalogue.load(path: name), nil) }
        return (try installation.tasks().task(name), nil)
    }

    /// The task of the tables that are named; nil where none is.
    private func tables() throws -> TableTask? {
        guard let train else {
            let more = [
                ("--dev", dev), ("--test", test), ("--text-column", textColumn), ("--text-b-column", textBColumn),
                ("--label-column", labelColumn), ("--kind", kind), ("--name", tableName),
                ("--dev-share", devShare.map { "\($0)" }),
            ]
            if let flag = more.first(where: { $0.1 != nil })?.0 {
                throw CommandFailure(.usage, "\(flag) is of a table that --train names; pass --train, or leave it out")
            }
            return nil
        }
        if let name { throw CommandFailure(.usage, "--task \(name) and --train exclude each other; leave one out") }
        if data != nil {
            throw CommandFailure(.usage, "--data is the folder of a task; tables are named by --train, --dev, --test")
        }
        var request = TableTask.Request(train: train)
        (request.validation, request.test, request.kind, request.name) = (dev, test, kind, tableName ?? "table")
        (request.text, request.textB, request.label) = (textColumn, textBColumn, labelColumn)
        if let devShare {
            guard dev == nil else {
                throw CommandFailure(
                    .usage, "--dev-share takes a share of --train, and --dev names a table; leave one out")
            }
            request.validationShare = devShare
        }
        return try TableTask(request)
    }

    /// The same with paths that hold in every working folder.
    func absolute() -> FinetuneSources {
        var sources = self
        sources.model = model.map(SourceSettings.absolute)
        sources.data = data.map(SourceSettings.absolute)
        sources.train = train.map(SourceSettings.absolute)
        sources.dev = dev.map(SourceSettings.absolute)
        sources.test = test.map(SourceSettings.absolute)
        if let name, name.hasSuffix(".json") { sources.name = SourceSettings.absolute(name) }
        if let tokenizer, tokenizer != "bytes" { sources.tokenizer = SourceSettings.absolute(tokenizer) }
        return sources
    }
}
