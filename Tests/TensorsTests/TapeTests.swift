import ReferenceKernels
import Tensors
import Testing

@Suite struct TapeTests {
    private let workspace: Workspace

    init() throws { workspace = try reference() }

    @Test func theWayBackIsTheReverseOfTheWayThere() throws {
        let x = try workspace.ramp("x", [2])
        let tape = Tape(workspace)
        var order: [Int] = []
        var y = try tape.leaf(x)
        for place in 0..<4 { y = try tape.test(y, times: 2) { order.append(place) } }
        #expect(tape.recordCount == 4)
        try workspace.walkBack(tape, y, [1, 10])
        #expect(order == [3, 2, 1, 0])
        #expect(try workspace.gradient(x) == [16, 160])
        #expect(tape.recordCount == 0)
    }

    @Test func aTensorUsedTwiceGathersBothGradients() throws {
        let x = try workspace.parameter("x", [2], [3, 5])
        let tape = Tape(workspace)
        let y = try tape.test(tape.leaf(x), times: 2)
        let z = try tape.test(tape.test(y, times: y), plus: tape.test(y, times: 7))  // 4 x^2 + 14 x
        try workspace.walkBack(tape, z, [1, 1])
        #expect(try workspace.gradient(x) == [8 * 3 + 14, 8 * 5 + 14])
    }

    @Test func oneOperandTwiceInOneOperator() throws {
        let x = try workspace.parameter("x", [2], [3, 5])
        let tape = Tape(workspace)
        let y = try tape.test(tape.leaf(x), times: 1)
        try workspace.walkBack(tape, tape.test(y, plus: y), [1, 10])
        #expect(try workspace.gradient(x) == [2, 20])
    }

    /// The sum hands its own gradient on to `a`, whose other user then adds to it: `b` must not see that.
    @Test func aGradientHandedOnIsNobodyElses() throws {
        let (a, b) = (try workspace.ramp("a", [2]), try workspace.ramp("b", [2]))
        let tape = Tape(workspace)
        let (x, y) = (try tape.test(tape.leaf(a), times: 1), try tape.test(tape.leaf(b), times: 1))
        let early = try tape.test(x, times: 3)
        let z = try tape.test(early, plus: tape.test(x, plus: y))
        try workspace.walkBack(tape, z, [1, 2])
        #expect(try workspace.gradient(a) == [4, 8])
        #expect(try workspace.gradient(b) == [1, 2])
    }

    @Test func aGradientThatIsGivenFromOutsideIsNotWrittenTo() throws {
        let x = try workspace.ramp("x", [2])
        let tape = Tape(workspace)
        let y = try tape.test(tape.leaf(x), times: 1)
        let z = try tape.test(y, plus: tape.test(y, times: 3))
        let gradient = try workspace.numbers([1, 2], [2])
        try tape.backward(from: [(tensor: z, gradient: gradient)])
        #expect(try workspace.gradient(x) == [4, 8])
        #expect(try workspace.values(gradient) == [1, 2])
    }

    @Test func seedsAddUp() throws {
        let x = try workspace.parameter("x", [1], [3])
        let tape = Tape(workspace)
        let y = try tape.test(tape.leaf(x), times: tape.leaf(x)).reshaped([])
        let z = try tape.test(y, times: 5)
        try tape.backward([(scalar: y, gradient: 0.5), (scalar: z, gradient: 2), (scalar: y, gradient: 0.25)])
        #expect(try workspace.gradient(x) == [6 * (0.75 + 10)])
    }

    @Test func whatNoSeedReachesIsPassedOver() throws {
        let (x, untouched) = (try workspace.ramp("x", [2]), try workspace.ramp("untouched", [2]))
        let tape = Tape(workspace)
        var visits = 0
        let y = try tape.test(tape.leaf(x), times: 2)
        _ = try tape.test(tape.leaf(untouched), times: 2) { visits += 1 }
        try workspace.walkBack(tape, y, [1, 1])
        #expect(visits == 0)
        #expect(untouched.gradient == nil)
        try untouched.fillUntouchedGradient()
        #expect(try workspace.gradient(untouched) == [0, 0])
        try x.fillUntouchedGradient()
        #expect(try workspace.gradient(x) == [2, 2])
    }

    @Test func walkingBackFromNothingFreesWhatWasSaved() throws {
        let x = try workspace.ramp("x", [1024])
        let tape = Tape(workspace)
        let y = try tape.test(tape.leaf(x), times: 1)
        var z: Tensor? = try tape.test(y, times: y)
        #expect(workspace.arena.usedBytes == 2 * 1024 * 8)
        try tape.backward(from: [])
        #expect(tape.recordCount == 0 && x.gradient == nil)
        z = nil
        #expect(z == nil && workspace.arena.usedBytes == 1024 * 8, "only y is left")
        withExtendedLifetime(y) {}
    }

    @Test func memoryShrinksOnTheWayBack() throws {
        let x = try workspace.ramp("x", [1024])
        let tape = Tape(workspace)
        var used: [Int] = []
        let arena = workspace.arena
        func forward() throws -> Tensor {
            var y = try tape.leaf(x)
            for _ in 0..<4 {
                let z = try tape.test(y, times: 1) { used.append(arena.usedBytes) }
                y = try tape.test(z, times: z)
            }
            return y
        }
        let y = try forward()
        // The four tensors that squares save, and the last square.
        #expect(arena.usedBytes == 5 * 1024 * 8)
        try workspace.walkBack(tape, y, [Double](repeating: 1, count: 1024))
        // At each: what squares still save, the last result, the given gradient and that of the moment.
        #expect(used == [6, 5, 4, 3].map { $0 * 1024 * 8 })
        #expect(arena.usedBytes == 1024 * 8)
        withExtendedLifetime(y) {}
    }

    @Test func aScalarThatWantsNoGradientSeedsNothing() throws {
        let tape = Tape(workspace)
        let x = try workspace.numbers([1], [])
        try tape.backward([(scalar: tape.test(x, times: 2), gradient: 1)])
        #expect(tape.recordCount == 0)
    }
}
