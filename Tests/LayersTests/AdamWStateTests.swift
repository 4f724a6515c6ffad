import Layers
import Tensors
import Testing

/// Moments that a method made itself.
@Suite struct AdamWStateTests {
    @Test func linesAreCopiedFromMomentsThatWereMadeElsewhere() throws {
        let workspace = try reference()
        let optimiser = AdamW(workspace: workspace)
        try optimiser.set(
            "w", first: workspace.numbers([1, 2, 3, 4], [2, 2]), second: workspace.numbers([5, 6, 7, 8], [2, 2]),
            step: 2)
        let made = AdamW.State(
            first: try workspace.parameter("a", [1, 2], [-1, -2]),
            second: try workspace.parameter("b", [1, 2], [9, 8]),
            step: 7)
        try optimiser.copy("w", .rows, to: [1], from: [0], of: made)
        let state = try #require(optimiser.states["w"])
        #expect(try state.first.hostValues() == [1, 2, -1, -2] && state.second.hostValues() == [5, 6, 9, 8])
        #expect(state.step == 2)
    }
}
