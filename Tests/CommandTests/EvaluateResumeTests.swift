import Foundation
import Foundations
import TestSupport
import Testing

/// `letterpress evaluate` that is killed, and resumed.
@Suite struct EvaluateResumeTests {
    /// Answers of a whole run.
    private static let count = 6000

    @Test func whatWasKilledHasTheStateOfOneThatWasNot() throws {
        let fixture = try EvaluateFixture()
        let lines = (0..<Self.count).map {
            #"{"text": "\#($0 % 2 == 0 ? "ink" : "paper") \#($0)", "label": \#($0 % 2)}"# + "\n"
        }
        try fixture.folder.write(lines.joined(), to: "data/v.jsonl")
        // The head is chosen by a few examples, that the kill finds answers and not a fine-tuning.
        let config = try fixture.folder.write(
            #"{"finetune": {"modality": "text", "length": 32, "steps": 3, "batch": 4, "eval_limit": 8}}"#, to: "k.json")
        let words = [
            "evaluate", "--model", "small=\(fixture.model.path)", "--tasks", fixture.task, "--data",
            fixture.folder.file("data"), "--config", config, "--bootstrap", "20", "--batch", "1", "--threads", "1",
        ]
        let environment = ["LETTERPRESS_ROOT": Repository.root]
        func path(_ name: String) -> String { fixture.folder.file(name) }
        let whole = try Execution.run(
            product: "letterpress", words + ["--out", path("whole")], environment: environment)
        #expect(whole.status == 0, "\(whole.errorText)")
        let file = "predictions/small/drawn/seed-42/validation.jsonl"
        let script = """
            "$0" "$@" &
            for i in $(seq 4000); do [ -s "\(path("cut/\(file)"))" ] && break; sleep 0.01; done
            kill -KILL $!; wait $!
            """
        let killed = try Execution.run(
            "/bin/bash",
            ["-c", script, try Repository.product("letterpress")] + words + ["--out", path("cut")],
            environment: environment)
        let answered = try fixture.folder.read("cut/\(file)").count { $0 == 10 }
        #expect(killed.status == 137 && answered > 0, "\(killed.errorText)")
        try #require(answered < Self.count, "the kill came too late")
        let again = try Execution.run(
            product: "letterpress", ["evaluate", "--resume", "--out", path("cut")], environment: environment)
        #expect(again.status == 0, "\(again.errorText)")
        #expect(try fixture.folder.read("cut/\(file)") == fixture.folder.read("whole/\(file)"))
        let state = Self.withoutTimes(try fixture.json("cut/state.json"))
        #expect(state == Self.withoutTimes(try fixture.json("whole/state.json")))
        #expect(state["parts"]?[file]?["examples"] == .integer(Self.count))
    }

    private static func withoutTimes(_ value: JSONValue) -> JSONValue {
        guard case .object(let fields) = value else { return value }
        return .object(fields.filter { $0.key != "seconds" }.mapValues(withoutTimes))
    }
}
