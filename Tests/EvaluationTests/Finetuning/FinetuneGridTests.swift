import Foundations
import Layers
import TestSupport
import Testing
import ZooKit

@testable import Evaluation

/// Searches over settings.
@Suite struct FinetuneGridTests {
    @Test func everyCombinationIsACell() throws {
        let grid = try FinetuneGrid(parsing: ["lr=1e-5,3e-5", "batch=8,16", "schedule=cosine"], seeds: [1, 2])
        let cells = try grid.cells(over: FinetuneSettings())
        #expect(cells.count == 8 && Set(cells.map(\.folder)).count == 8 && Set(cells.map(\.name)).count == 4)
        #expect(cells[0].settings.learningRate == 1e-5 && cells[0].settings.batch == 8 && cells[0].settings.seed == 1)
        #expect(cells[1].settings.seed == 2 && cells[2].settings.batch == 16 && cells[7].settings.learningRate == 3e-5)
        #expect(cells.allSatisfy { $0.settings.schedule == .cosine && !$0.folder.contains("/") })
        let plain = try FinetuneGrid(parsing: [], seeds: [])
        #expect(try plain.cells(over: FinetuneSettings()).map(\.settings) == [FinetuneSettings()])
    }

    @Test(arguments: ["lr", "lr=", "rate=1", "seed=1,2", "lr=1,1", "modality=text,image", "task_language=en,de"])
    func wordsThatAreNoAxisAreNamed(_ word: String) {
        #expect { try FinetuneGrid(parsing: [word], seeds: []) } throws: { error in
            if case PretrainingError.badSetting("grid", _) = error { true } else { false }
        }
    }

    @Test func valuesOfTheWrongKindAreRefused() throws {
        #expect(throws: ConfigError.self) {
            try FinetuneGrid(parsing: ["batch=many"], seeds: []).cells(over: FinetuneSettings())
        }
        #expect(throws: PretrainingError.self) {
            try FinetuneGrid(parsing: ["batch=0"], seeds: []).cells(over: FinetuneSettings())
        }
        #expect(throws: PretrainingError.self) { try FinetuneGrid(parsing: [], seeds: [1, 1]) }
    }

    @Test func settingsOfAMethodBelongToIt() throws {
        let grid = try FinetuneGrid(parsing: ["method=all,half:ratio=0.5,level=layer,head"], seeds: [])
        #expect(grid.axes[0].values == ["all", "half:ratio=0.5,level=layer", "head"].map { .string($0) })
    }

    private func entry(_ cell: FinetuneGrid.Cell, _ value: Double?) -> GridEntry {
        GridEntry(
            cell,
            FinetuneResult(
                task: "t", version: 1, metric: "accuracy", split: "v", value: value, bestStep: 1, steps: 2,
                endedEarly: false, evaluations: [], settings: cell.settings), identity: .string("i"), seconds: 1)
    }

    @Test func aLedgerKnowsWhatIsFinished() throws {
        let folder = try TemporaryFolder()
        let cells = try FinetuneGrid(parsing: ["lr=1e-5,3e-5"], seeds: [1, 2]).cells(over: FinetuneSettings())
        let path = folder.file("grid.jsonl")
        let ledger = try GridLedger(path)
        try ledger.append(entry(cells[0], 0.5))
        try ledger.append(entry(cells[3], 0.75))
        let whole = try folder.read("grid.jsonl")
        try folder.write(whole + Array(#"{"cell": "lr=3"#.utf8), to: "grid.jsonl")
        let again = try GridLedger(path)
        #expect(again.entries == ledger.entries)
        #expect(try folder.read("grid.jsonl") == whole)
        #expect(again.entry(of: cells[0], identity: .string("i"))?.value == 0.5)
        #expect(again.entry(of: cells[1], identity: .string("i")) == nil)
        #expect(again.entry(of: cells[0], identity: .string("other")) == nil)
        try folder.write(Array("{\"cell\": 1}\n".utf8), to: "grid.jsonl")
        #expect(throws: ConfigError.self) { try GridLedger(path) }
    }

    @Test func cellsAreRankedByTheirMeans() throws {
        let cells = try FinetuneGrid(parsing: ["lr=1e-5,3e-5,5e-5"], seeds: [1, 2]).cells(over: FinetuneSettings())
        let entries = zip(cells, [0.5, 0.7, 0.65, 0.65, nil, 0.9]).map { entry($0, $1) }
        let rows = GridRanking(entries, direction: .higher).rows
        #expect(rows.map(\.cell) == [cells[2].name, cells[0].name, cells[4].name])
        #expect(abs((rows[1].mean ?? 0) - 0.6) < 1e-12 && rows[2].mean == nil)
        #expect(abs((rows[1].deviation ?? 0) - 0.02.squareRoot()) < 1e-12)
        #expect(rows[1].best == cells[1].folder && rows[2].best == cells[5].folder)
        #expect(GridRanking(entries, direction: .lower).rows.first?.cell == cells[0].name)
    }
}
