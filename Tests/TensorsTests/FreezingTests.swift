import ReferenceKernels
import Tensors
import Testing

/// Trainability is known to the tape: what is frozen costs nothing.
@Suite struct FreezingTests {
    private let workspace: Workspace
    private let layers: [Parameter]
    private let biases: [Parameter]
    private let x: Tensor
    private static let (rows, width, layerCount) = (32, 16, 4)
    private static let activation = rows * width * 8

    init() throws {
        workspace = try reference()
        let (workspace, width) = (workspace, Self.width)
        layers = try (0..<Self.layerCount).map { try workspace.ramp("layers.\($0).weight", [width, width]) }
        biases = try (0..<Self.layerCount).map { try workspace.ramp("layers.\($0).bias", [width]) }
        x = try workspace.full([Self.rows, width], .float64, 0.25)
    }

    private func run() throws -> (forward: Int, backward: Int, saved: Int, gradients: [Bool]) {
        workspace.kernels.counters = KernelCounters()
        let before = workspace.arena.usedBytes
        let tape = Tape(workspace)
        func forward() throws -> Tensor {
            var y = x
            for (weight, bias) in zip(layers, biases) {
                y = try tape.linear(y, weight: tape.leaf(weight), bias: tape.leaf(bias))
            }
            return y
        }
        let y = try forward()
        let forwardProducts = workspace.kernels.counters.products
        let saved = workspace.arena.usedBytes - before - Self.activation
        try workspace.walkBack(tape, y, [Double](repeating: 1e-6, count: y.count))
        let products = workspace.kernels.counters.products - forwardProducts
        return (forwardProducts, products, saved, (layers + biases).map { $0.gradient != nil })
    }

    private func train(_ weights: Set<Int>, biases trainedBiases: Set<Int> = []) {
        for place in 0..<Self.layerCount {
            layers[place].isTrainable = weights.contains(place)
            biases[place].isTrainable = trainedBiases.contains(place)
        }
    }

    @Test func everythingTrained() throws {
        train([0, 1, 2, 3], biases: [0, 1, 2, 3])
        let result = try run()
        #expect(result.forward == 4)
        // Four weights, and inputs of all layers but the first, whose input is data.
        #expect(result.backward == 4 + 3)
        // Inputs of layers 1, 2, 3; that of layer 0 is kept by the test itself.
        #expect(result.saved == 3 * Self.activation)
        #expect(result.gradients == [Bool](repeating: true, count: 8))
    }

    @Test func aFrozenWeightCostsNoProductAndSavesNoInput() throws {
        train([0, 3])
        let result = try run()
        #expect(result.backward == 2 + 3)
        #expect(result.saved == 1 * Self.activation)
        #expect(result.gradients == [true, false, false, true, false, false, false, false])
    }

    @Test func theWalkStopsBelowTheLowestTrained() throws {
        train([2])
        let result = try run()
        #expect(result.backward == 1 + 1)
        #expect(result.saved == 1 * Self.activation)
        #expect(result.gradients == [false, false, true, false, false, false, false, false])
    }

    @Test func aBiasAloneSavesNothing() throws {
        train([], biases: [1])
        let result = try run()
        #expect(result.backward == 2)
        #expect(result.saved == 0)
        #expect(result.gradients == [false, false, false, false, false, true, false, false])
    }

    @Test func nothingTrainedRecordsNothing() throws {
        train([])
        let tape = Tape(workspace)
        let y = try tape.linear(x, weight: tape.leaf(layers[0]), bias: tape.leaf(biases[0]))
        #expect(!y.needsGradient && tape.recordCount == 0)
        let result = try run()
        #expect(result.backward == 0 && result.saved == 0)
    }

    @Test func frozenOnesLeaveTheOthersBitsAlone() throws {
        train([0, 1, 2, 3], biases: [0, 1, 2, 3])
        _ = try run()
        let all = try (layers + biases).map { try workspace.gradient($0) }
        for trained in 0..<Self.layerCount {
            (layers + biases).forEach { $0.clearGradient() }
            train([trained], biases: [trained])
            _ = try run()
            #expect(try workspace.gradient(layers[trained]) == all[trained])
            #expect(try workspace.gradient(biases[trained]) == all[Self.layerCount + trained])
        }
    }

    @Test func freezingDropsTheGradient() throws {
        train([0])
        _ = try run()
        let bytes = layers[0].byteCount
        layers[0].isTrainable = false
        #expect(layers[0].gradient == nil)
        #expect(layers[0].byteCount == bytes / 2)
        try layers[0].fillUntouchedGradient()
        #expect(layers[0].gradient == nil)
        // Thawed again, it begins anew: nothing has reached it yet.
        layers[0].isTrainable = true
        #expect(layers[0].gradient == nil)
        try layers[0].fillUntouchedGradient()
        #expect(try workspace.gradient(layers[0]) == [Double](repeating: 0, count: layers[0].count))
    }
}
