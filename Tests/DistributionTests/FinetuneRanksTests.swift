import Foundation
import TestSupport
import Testing
import ZooKit

/// `letterpress finetune` under `mpirun`: the losses and scores of one process, and the same half of the matrices on every rank.
@Suite(.enabled(if: Ranks.areWanted, "openmpi-bin is not installed"), .serialized)
struct FinetuneRanksTests {
    private let folder: TemporaryFolder
    private let environment = ["LETTERPRESS_ROOT": Repository.root]

    init() throws {
        folder = try TemporaryFolder()
        let base = try Execution.run(
            product: "letterpress",
            [
                "pretrain", "--model", "textgpt/tiny", "--mix", "1:0:0", "--data",
                Repository.root + "/corpora/sample/sample.jsonl", "--length", "32", "--batch", "2", "--steps", "1",
                "--eval-every", "0", "--threads", "1", "--quiet", "--out", folder.file("base"),
            ], environment: environment)
        try #require(base.status == 0, "\(base.errorText)")
    }

    private func finetune(_ ranks: Int, _ out: String) throws {
        let words = [
            "finetune", "--model", folder.file("base"), "--task", "sample-topic", "--modality", "text", "--length",
            "32",
            "--method", "half:reselect=steps,every=3", "--steps", "6", "--eval-every", "3", "--batch", "8",
            "--train-limit", "40", "--eval-limit", "21", "--lr", "1e-3", "--threads", "1", "--quiet", "--out",
            folder.file(out),
        ]
        let run =
            try ranks == 1
            ? Execution.run(product: "letterpress", words, environment: environment)
            : Ranks.run(ranks, product: "letterpress", words, environment: environment)
        try #require(run.status == 0, "\(run.errorText)")
    }

    /// Losses by step and by evaluation, and the examples of each step.
    private func curve(_ out: String) throws -> [String: Double] {
        try MetricsFile.read(folder.file("\(out)/metrics.jsonl")).reduce(into: [:]) { curve, record in
            switch record {
            case .step(let record):
                curve["step \(record.step)"] = record.loss
                curve["examples \(record.step)"] = Double(record.examples ?? 0)
            case .evaluation(let record): curve["evaluation \(record.step)"] = record.loss
            case .checkpoint: break
            }
        }
    }

    @Test func ranksHaveTheCurveOfOneProcess() throws {
        try finetune(1, "1")
        let wanted = try curve("1")
        #expect(wanted.count == 14 && wanted["examples 1"] == 8)
        let rounds = try folder.read("1/best/hft_rounds.json")
        for ranks in [2, 3] {
            try finetune(ranks, "\(ranks)")
            let found = try curve("\(ranks)")
            #expect(Set(found.keys) == Set(wanted.keys))
            for (key, value) in wanted {
                #expect(abs(found[key, default: .nan] - value) < 1e-5 * max(1, value), "\(key) of \(ranks)")
            }
            #expect(try folder.read("\(ranks)/best/hft_rounds.json") == rounds)
        }
    }

    /// Labels of words, some of which have no room: the losses and the answers of one process.
    @Test func wordsAreLabelledAsByOneProcess() throws {
        let sentences = (0..<11).map { index in
            (0...index % 4).map { "\(["a", "press", "longerword"][($0 + index) % 3]) \(["O", "B-X"][$0 % 2])" }
                .joined(separator: "\n") + "\n\n"
        }
        let table = try folder.write(sentences.joined(), to: "words.bio")
        func label(_ ranks: Int) throws {
            let words = [
                "finetune", "--model", folder.file("base"), "--train", table, "--dev", table, "--modality", "text",
                "--length", "16", "--steps", "4", "--eval-every", "2", "--batch", "5", "--lr", "1e-3", "--threads", "1",
                "--quiet", "--out", folder.file("w\(ranks)"),
            ]
            let run =
                try ranks == 1
                ? Execution.run(product: "letterpress", words, environment: environment)
                : Ranks.run(ranks, product: "letterpress", words, environment: environment)
            try #require(run.status == 0, "\(run.errorText)")
        }
        func shapes(_ ranks: Int) throws -> [String] {
            String(decoding: try folder.read("w\(ranks)/best/predictions-validation.jsonl"), as: UTF8.self)
                .split(separator: "\n").map { line in
                    let scores = line.split(separator: "word_scores")[1]
                    return scores.split(separator: ",[").map { $0.contains("null") ? "-" : "x" }.joined()
                }
        }
        try label(1)
        let wanted = try curve("w1")
        #expect(try shapes(1).joined().contains("-"))
        try label(2)
        let found = try curve("w2")
        #expect(Set(found.keys) == Set(wanted.keys))
        for (key, value) in wanted { #expect(abs(found[key, default: .nan] - value) < 1e-5 * max(1, value), "\(key)") }
        #expect(try shapes(2) == shapes(1))
    }
}
