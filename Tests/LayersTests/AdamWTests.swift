import Layers
import Tensors
import Testing

@Suite struct AdamWTests {
    static let settings = AdamW.Settings(beta1: 0.8, beta2: 0.95, epsilon: 1e-6)
    static let start = [0.5, -1.25, 2, 0, -0.75, 1.5]
    static let gradients = [
        [1, -2, 0.5, 0, 3, -0.25], [0.5, 1, -0.5, 0, -3, -0.25], [-1, 2, 0.25, 0, 1, 4], [0.125, -0.5, 0, 0, 2, -1],
    ]
    static let rates = [0.1, 0.05, 0.2, 0.1]

    /// A parameter [2,3] stepped `count` times.
    private func stepped(
        _ count: Int, _ workspace: Workspace, optimiser: AdamW? = nil, path: String = "w"
    ) throws -> (Parameter, AdamW) {
        let optimiser = optimiser ?? AdamW(Self.settings, workspace: workspace)
        let parameter = try workspace.parameter(path, [2, 3], Self.start)
        for step in 0..<count { try self.step(parameter, optimiser, step, workspace) }
        return (parameter, optimiser)
    }

    private func step(_ parameter: Parameter, _ optimiser: AdamW, _ step: Int, _ workspace: Workspace) throws {
        try workspace.give(parameter, gradient: Self.gradients[step])
        try optimiser.step(parameter, rate: Self.rates[step], decay: 0.2, factor: nil)
    }

    private func isNear(_ a: [Double], _ b: [Double]) -> Bool {
        a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) < 1e-14 }
    }

    /// torch.optim.AdamW 2.13 in double precision: betas (0.8, 0.95), eps 1e-6, decay 0.2.
    @Test func stepsArePyTorchs() throws {
        let expected = [
            [0.3900000999999, -1.125000049999975, 1.8600001999995999, 0, -0.8349999666666778, 1.5699996000015999],
            [0.3400673426271136, -1.1031270989508193, 1.8469557424440703, 0, -0.8210944132963066, 1.604299404002384],
            [
                0.32267930277622525, -1.1309236332809123, 1.7406164376803475, 0, -0.8053747136795021,
                1.4146029235710467,
            ],
            [
                0.3090687150414983, -1.1244413948827967, 1.6932466663565746, 0, -0.8238408142052119,
                1.3554204254431628,
            ],
        ]
        let workspace = try reference()
        let (parameter, optimiser) = try stepped(0, workspace)
        for step in expected.indices {
            try self.step(parameter, optimiser, step, workspace)
            #expect(isNear(try parameter.hostValues(), expected[step]), "step \(step)")
        }
        let state = try #require(optimiser.states["w"])
        #expect(state.step == 4)
        #expect(isNear(try state.first.hostValues(), [0.0314, 0.1432, 0.0272, 0, 0.4832, 0.3824]))
        #expect(
            isNear(
                try state.second.hostValues(),
                [
                    0.10243125000000008, 0.41910000000000036, 0.024967187500000022, 0, 1.0394437500000009,
                    0.8154996093750007,
                ]))
        #expect(optimiser.byteCount == 2 * 6 * 8)
    }

    @Test func aFactorScalesGradients() throws {
        let workspace = try reference()
        let optimiser = AdamW(Self.settings, workspace: workspace)
        let (a, b) = (
            try workspace.parameter("a", [2, 3], Self.start), try workspace.parameter("b", [2, 3], Self.start)
        )
        try workspace.give(a, gradient: Self.gradients[0])
        try workspace.give(b, gradient: Self.gradients[0].map { $0 * 0.25 })
        try optimiser.step(a, rate: 0.1, decay: 0, factor: workspace.full([], .float64, 0.25))
        try optimiser.step(b, rate: 0.1, decay: 0, factor: nil)
        #expect(try a.hostValues() == b.hostValues())
        #expect(try optimiser.states["a"]?.second.hostValues() == optimiser.states["b"]?.second.hostValues())
    }

    @Test func aNegativeRateAscends() throws {
        let workspace = try reference()
        for sign in [1.0, -1.0] {
            let optimiser = AdamW(Self.settings, workspace: workspace)
            let parameter = try workspace.parameter("w", [2, 3], Self.start)
            try workspace.give(parameter, gradient: Self.gradients[0])
            try optimiser.step(parameter, rate: sign * 0.1, decay: 0, factor: nil)
            for (place, value) in try parameter.hostValues().enumerated() {
                let gradient = Self.gradients[0][place]
                #expect(gradient == 0 ? value == Self.start[place] : (value - Self.start[place]) * gradient * sign < 0)
            }
        }
    }

    @Test func withoutAGradientNothingHappens() throws {
        let workspace = try reference()
        let (parameter, optimiser) = try stepped(0, workspace)
        try optimiser.step(parameter, rate: 0.1, decay: 0.2, factor: nil)
        #expect(optimiser.states.isEmpty && parameter.version == 1)
        #expect(try parameter.hostValues() == Self.start)
    }

    /// What joins late takes the first step of a fresh optimiser, whatever the others' counts are.
    @Test func everyParameterCountsItsOwnSteps() throws {
        let workspace = try reference()
        let (_, optimiser) = try stepped(3, workspace, path: "early")
        let (late, _) = try stepped(1, workspace, optimiser: optimiser, path: "late")
        let (alone, _) = try stepped(1, workspace)
        #expect(try late.hostValues() == alone.hostValues())
        #expect(optimiser.states.mapValues(\.step) == ["early": 3, "late": 1])
    }

    // MARK: Surgery

    @Test func droppedStateBeginsAnew() throws {
        let workspace = try reference()
        let (parameter, optimiser) = try stepped(3, workspace)
        optimiser.drop("w")
        #expect(optimiser.states.isEmpty && optimiser.byteCount == 0)
        try parameter.set(Self.start)
        try step(parameter, optimiser, 0, workspace)
        #expect(try parameter.hostValues() == stepped(1, workspace).0.hostValues())
        #expect(optimiser.states["w"]?.step == 1)
    }

    @Test func onlyNamedStatesAreKept() throws {
        let workspace = try reference()
        let optimiser = AdamW(Self.settings, workspace: workspace)
        for path in ["a", "b", "c"] { _ = try stepped(1, workspace, optimiser: optimiser, path: path) }
        optimiser.keep(only: ["b", "unknown"])
        #expect(Array(optimiser.states.keys) == ["b"])
    }

    @Test func zeroedMomentsKeepTheirCount() throws {
        let workspace = try reference()
        let (_, optimiser) = try stepped(2, workspace)
        try optimiser.zero("w")
        try optimiser.zero("unknown")
        let state = try #require(optimiser.states["w"])
        #expect(state.step == 2)
        #expect(try state.first.hostValues() + state.second.hostValues() == [Double](repeating: 0, count: 12))
    }

    @Test func givenStateGoesOnWhereItWas() throws {
        let workspace = try reference()
        let (parameter, optimiser) = try stepped(2, workspace)
        let state = try #require(optimiser.states["w"])
        let other = AdamW(Self.settings, workspace: workspace)
        try other.set("w", first: state.first.tensor, second: state.second.tensor, step: state.step)
        // The copy is its own: what steps the one leaves the other alone.
        let copied = try #require(try other.states["w"]?.first.hostValues())
        let twin = try workspace.parameter("w", [2, 3], parameter.hostValues())
        try step(parameter, optimiser, 2, workspace)
        #expect(try other.states["w"]?.first.hostValues() == copied)
        try step(twin, other, 2, workspace)
        #expect(try twin.hostValues() == parameter.hostValues())
    }

    @Test func anotherShapeNeedsStateOfThatShape() throws {
        let workspace = try reference()
        let (parameter, optimiser) = try stepped(1, workspace)
        try parameter.replace(with: workspace.numbers([1, 2], [1, 2]))
        try workspace.give(parameter, gradient: [3, -4])
        #expect {
            try optimiser.step(parameter, rate: 0.1, decay: 0, factor: nil)
        } throws: { error in
            let text = "\(error)"
            return text.contains("AdamW of w") && text.contains("[1, 2]") && text.contains("[2, 3]")
        }
        #expect(try parameter.hostValues() == [1, 2])
        try optimiser.set(
            "w", first: workspace.numbers([0, 0], [1, 2]), second: workspace.numbers([0, 0], [1, 2]), step: 7)
        try optimiser.step(parameter, rate: 0.1, decay: 0, factor: nil)
        #expect(optimiser.states["w"]?.step == 8)
        #expect {
            try optimiser.set(
                "w", first: workspace.numbers([0], [1]), second: workspace.numbers([0, 0], [2]), step: 1)
        } throws: {
            "\($0)".contains("state of w")
        }
    }

    /// Moments of `path` as they are given, of shape [rows, columns], beside a snapshot of them.
    private func given(
        _ workspace: Workspace, _ first: [Double], _ shape: [Int]
    ) throws -> (optimiser: AdamW, snapshot: AdamW.State) {
        let optimiser = AdamW(Self.settings, workspace: workspace)
        try optimiser.set(
            "w", first: workspace.numbers(first, shape), second: workspace.numbers(first.map { $0 + 0.5 }, shape),
            step: 9)
        return (optimiser, try #require(optimiser.snapshot("w")))
    }

    private func moments(_ state: AdamW.State?) throws -> [[Double]] {
        let state = try #require(state)
        return try [state.first.hostValues(), state.second.hostValues()]
    }

    @Test func rowsAreCopiedFromOtherRowsOfASnapshot() throws {
        let workspace = try reference()
        let (optimiser, kept) = try given(workspace, (0..<12).map { Double($0) }, [4, 3])
        // What is stepped since is overwritten where it is asked for, and nowhere else.
        try optimiser.set(
            "w", first: workspace.numbers([Double](repeating: -1, count: 12), [4, 3]),
            second: workspace.numbers([Double](repeating: -2, count: 12), [4, 3]), step: 11)
        try optimiser.copy("w", .rows, to: [3, 0], from: [1, 3], of: kept)
        #expect(
            try moments(optimiser.states["w"]) == [
                [9, 10, 11, -1, -1, -1, -1, -1, -1, 3, 4, 5],
                [9.5, 10.5, 11.5, -2, -2, -2, -2, -2, -2, 3.5, 4.5, 5.5],
            ])
        #expect(optimiser.states["w"]?.step == 11 && kept.step == 9)
        #expect(try moments(kept)[0] == (0..<12).map { Double($0) })
    }

    @Test func columnsAreCopiedFromOtherColumnsOfASnapshot() throws {
        let workspace = try reference()
        let (optimiser, kept) = try given(workspace, (0..<8).map { Double($0) }, [2, 2, 2])
        try optimiser.zero("w")
        try optimiser.copy("w", .columns, to: [0, 1], from: [1, 1], of: kept)
        #expect(
            try moments(optimiser.states["w"]) == [
                [1, 1, 3, 3, 5, 5, 7, 7], [1.5, 1.5, 3.5, 3.5, 5.5, 5.5, 7.5, 7.5],
            ])
    }

    /// Lines of the state itself change places, as those of a snapshot that still shares its memory.
    @Test func linesChangePlaces() throws {
        let workspace = try reference()
        for isSnapshot in [true, false] {
            let (optimiser, kept) = try given(workspace, [1, 2, 3, 4, 5, 6], [2, 3])
            let source = try isSnapshot ? kept : #require(optimiser.states["w"])
            try optimiser.copy("w", .rows, to: [0, 1], from: [1, 0], of: source)
            #expect(try moments(optimiser.states["w"])[0] == [4, 5, 6, 1, 2, 3])
            try optimiser.copy("w", .columns, to: [0, 2], from: [2, 0], of: #require(optimiser.snapshot("w")))
            #expect(try moments(optimiser.states["w"])[0] == [6, 5, 4, 3, 2, 1])
            #expect(try moments(kept)[0] == [1, 2, 3, 4, 5, 6])
        }
    }

    @Test func aSnapshotMayHaveOtherLines() throws {
        let workspace = try reference()
        let (_, kept) = try given(workspace, [1, 2, 3, 4, 5, 6], [3, 2])
        let (optimiser, _) = try given(workspace, [0, 0], [1, 2])
        try optimiser.copy("w", .rows, to: [0], from: [2], of: kept)
        #expect(try moments(optimiser.states["w"]) == [[5, 6], [5.5, 6.5]])
        try optimiser.copy("unknown", .rows, to: [0], from: [2], of: kept)
        #expect(optimiser.states["unknown"]?.step == nil)
    }

    @Test func linesThatDoNotFitAreNamedAndNothingChanges() throws {
        let workspace = try reference()
        let (optimiser, kept) = try given(workspace, [1, 2, 3, 4, 5, 6], [2, 3])
        let (_, other) = try given(workspace, [1, 2], [1, 2])
        let wrong: [(AdamW.Axis, [Int], [Int], AdamW.State, String)] = [
            (.rows, [0, 1], [1], kept, "got 1"), (.rows, [0, 2], [1, 1], kept, "index 2"),
            (.rows, [1], [-1], kept, "index -1"), (.rows, [0], [0], other, "got [1, 2]"),
            (.columns, [0, 1], [2, 3], kept, "index 3"), (.columns, [0], [0], other, "got [1, 2]"),
            (.columns, [Int.max], [0], kept, "index 9223372036854775807"),
            (.rows, [1, 1], [0, 1], kept, "stands twice"),
        ]
        for (axis, to, from, state, words) in wrong {
            #expect {
                try optimiser.copy("w", axis, to: to, from: from, of: state)
            } throws: {
                "\($0)".contains("state of w") && "\($0)".contains(words)
            }
        }
        #expect(try moments(optimiser.states["w"])[0] == [1, 2, 3, 4, 5, 6])
    }
}
