import Foundations
import Tensors
import Testing

@testable import ZooKit

/// States of checkpoints with numbers that no run writes.
@Suite struct HostileStateTests {
    private func state(_ changes: [String: JSONValue]) throws -> RunState {
        let fields: [String: JSONValue] = [
            "format": .integer(2), "kind": .string("pretraining"), "rows": .integer(5), "seconds": .number(1),
            "count": .object(["step": .integer(3), "skipped": .integer(0), "skipped_in_a_row": .integer(0)]),
            "unit_steps": .array([.integer(3)]), "since_best": .integer(0), "evaluations": .array([]),
            "adaptation": .null, "data": .null, "settings": .null, "program": .null,
        ]
        return try StrictJSON.decode(
            RunState.self, from: .object(fields.merging(changes) { $1 }), source: "trainer_state.json")
    }

    @Test func countsThatCannotBeAreNamed() throws {
        try state([:]).check(source: "state")
        for value in [Int.max, -1, .min, 1 << 53 + 1] {
            for key in ["rows", "since_best"] {
                #expect {
                    try state([key: .integer(value)]).check(source: "state")
                } throws: {
                    "\($0)" == "state: \(key): \(value) is no count from 0 to 2^53"
                }
            }
            #expect(throws: ConfigError.self) {
                try state(["unit_steps": .array([.integer(value)])]).check(source: "state")
            }
            var wrong = try state([:])
            wrong.count.step = value
            #expect(throws: ConfigError.self) { try wrong.check(source: "state") }
            wrong = try state([:])
            wrong.evaluations = [EvaluationRecord(step: value, loss: 1)]
            #expect(throws: ConfigError.self) { try wrong.check(source: "state") }
        }
    }

    @Test(arguments: [(0, -1), (0, Int.min), (-1, 0), (Int.max, 0)])
    func placesThatCannotBeAreRefused(_ number: Int, _ taken: Int) {
        let place = DocumentShuffle<Int, Int>.Place(block: 0, number: number, taken: taken)
        #expect(throws: PretrainingError.self) {
            try DocumentShuffle(
                DocumentOrder(block: 2, key: RandomKey(seed: 1)), from: place, position: { 0 }, weight: { _ in 1 },
                source: { nil as Int? })
        }
    }
}
