import ReferenceKernels
import Testing

@testable import Tensors

@Suite struct ParameterTests {
    private let workspace: Workspace

    init() throws { workspace = try reference() }

    @Test func sharedValuesPartWhenOneIsWritten() throws {
        let allocations = { workspace.kernels.counters.allocations }
        let base = try workspace.ramp("base", [2, 2])
        let before = allocations()
        let policy = Parameter(path: "policy", sharing: base, isTrainable: true)
        let frozen = Parameter(path: "frozen", sharing: base, isTrainable: false)
        #expect(allocations() == before)
        try policy.set([9, 8, 7, 6])
        #expect(allocations() == before + 1)
        #expect(try policy.hostValues() == [9, 8, 7, 6])
        #expect(
            try base.hostValues() == frozen.hostValues() && base.hostValues() == [0.1, 0.2, 0.30000000000000004, 0.4])
        try base.set([1, 1, 1, 1])
        #expect(try frozen.hostValues() == [0.1, 0.2, 0.30000000000000004, 0.4])
        // The last one owns them alone.
        let after = allocations()
        try frozen.set([2, 2, 2, 2])
        #expect(allocations() == after)
    }

    @Test func mappedValuesAreReadInPlaceAndCopiedWhenWritten() throws {
        let file = HostNumbersInMemory([1.5, 2.5, -3])
        let parameter = try Parameter(path: "p", shape: [3], workspace: workspace)
        let mapped = try unsafe parameter.map(file.bytes, as: .float64, owner: file)
        #expect(mapped)
        #expect(try parameter.hostValues() == [1.5, 2.5, -3])
        file.set(1, 4)
        #expect(try parameter.hostValues() == [1.5, 4, -3], "nothing was copied")
        try parameter.write { operand, kernels throws(TensorError) in
            kernels.fill(operand, rows: 1, columns: 1, value: 7)
        }
        #expect(try parameter.hostValues() == [7, 4, -3])
        #expect(file.values == [1.5, 4, -3], "the file's numbers stay")
    }

    @Test func mappedMemoryLivesAsLongAsItIsRead() throws {
        let parameter = try Parameter(path: "p", shape: [2], workspace: workspace)
        weak var owner: HostNumbersInMemory?
        func map() throws {
            let file = HostNumbersInMemory([1, 2])
            owner = file
            let mapped = try unsafe parameter.map(file.bytes, as: .float64, owner: file)
            #expect(mapped)
        }
        try map()
        #expect(owner != nil)
        var tensor: Tensor? = parameter.tensor
        try parameter.set([5, 6])
        #expect(owner != nil)
        #expect(try tensor.map { try workspace.values($0) } == [1, 2])
        tensor = nil
        #expect(owner == nil)
    }

    @Test func aMapMustFit() throws {
        let file = HostNumbersInMemory([1, 2])
        let parameter = try Parameter(path: "p", shape: [3], workspace: workspace)
        #expect(throws: TensorError.self) { try unsafe parameter.map(file.bytes, as: .float64, owner: file) }
        let halves = try Parameter(path: "h", shape: [4], workspace: workspace)
        // A trained parameter keeps values of the stream type.
        #expect(try unsafe halves.map(file.bytes, as: .float32, owner: file) == false)
        halves.isTrainable = false
        #expect(try unsafe halves.map(file.bytes, as: .float32, owner: file))
        #expect(halves.type == .float32)
        // Written after thawing, it has the stream's type again.
        halves.isTrainable = true
        try halves.set([0.1, 0.2, 0.3, 0.4])
        #expect(halves.type == .float64)
        #expect(try halves.hostValues() == [0.1, 0.2, 0.3, 0.4])
    }

    @Test func copiesFollowWrites() throws {
        let parameter = try workspace.parameter("p", [2], [0.1, 2])
        func single() throws -> [Double] {
            try workspace.values(Tape(workspace, mode: .inference).leaf(parameter, .float32))
        }
        let version = parameter.version
        #expect(try single() == [Double(Float(0.1)), 2])
        #expect(parameter.version == version)
        try parameter.set([0.3, 4])
        #expect(parameter.version == version + 1)
        #expect(try single() == [Double(Float(0.3)), 4])
        let allocations = workspace.kernels.counters.allocations
        #expect(try single() == [Double(Float(0.3)), 4])
        #expect(workspace.kernels.counters.allocations == allocations)
    }

    @Test func whatATapeReadsStaysAsItWas() throws {
        let parameter = try workspace.parameter("p", [2], [1, 2])
        let tape = Tape(workspace, mode: .inference)
        for type in [ElementType.float64, .float32] {
            try parameter.set([1, 2])
            let leaf = try tape.leaf(parameter, type)
            try parameter.set([3, 4])
            #expect(try workspace.values(tape.leaf(parameter, type)) == [3, 4])
            #expect(try workspace.values(leaf) == [1, 2], "\(type)")
        }
    }

    @Test func anUpdateWritesTheValuesAndCountsTheVersion() throws {
        let parameter = try workspace.parameter("p", [2], [1, 2])
        try parameter.update { _, _, _, _ in Issue.record("there is no gradient") }
        let tape = Tape(workspace)
        try workspace.walkBack(tape, tape.test(tape.leaf(parameter), times: 3), [1, 1])
        let (version, allocations) = (parameter.version, workspace.kernels.counters.allocations)
        try parameter.update { values, gradient, _, kernels in
            kernels.copy(gradient, to: values, rows: 1, columns: 2, scale: -1, accumulate: true)
        }
        #expect(parameter.version == version + 1)
        #expect(workspace.kernels.counters.allocations == allocations, "values are written in place")
        #expect(try parameter.hostValues() == [-2, -1])
        #expect(try workspace.values(Tape(workspace, mode: .inference).leaf(parameter, .float32)) == [-2, -1])
    }

    @Test func theGradientsMemoryStaysForTheNextStep() throws {
        let parameter = try workspace.parameter("p", [2], [1, 2])
        func step() throws {
            let tape = Tape(workspace)
            try workspace.walkBack(tape, tape.test(tape.leaf(parameter), times: 3), [1, 1])
        }
        try step()
        parameter.clearGradient()
        #expect(parameter.gradient == nil)
        let allocations = workspace.kernels.counters.allocations
        try step()
        #expect(workspace.kernels.counters.allocations == allocations)
        #expect(try workspace.gradient(parameter) == [3, 3])
        try step()
        #expect(try workspace.gradient(parameter) == [6, 6])
    }

    @Test func replacingByAnotherShapeDropsTheGradient() throws {
        let parameter = try workspace.parameter("p", [2], [1, 2])
        let tape = Tape(workspace)
        try workspace.walkBack(tape, tape.test(tape.leaf(parameter), times: 3), [1, 1])
        try parameter.replace(with: workspace.numbers([4, 5], [2]))
        #expect(try workspace.gradient(parameter) == [3, 3], "the shape is the same")
        try parameter.replace(with: workspace.numbers([1, 2, 3], [3, 1]))
        #expect(parameter.shape == [3, 1] && parameter.gradient == nil)
        #expect(try parameter.hostValues() == [1, 2, 3])
        try parameter.fillUntouchedGradient()
        #expect(try workspace.gradient(parameter) == [0, 0, 0])
    }

    @Test func aFrozenParameterMayKeepAnotherTypeAlone() throws {
        let parameter = try workspace.parameter("p", [2], [0.1, 2])
        #expect(throws: TensorError.self) { try parameter.keep(only: .float32) }
        parameter.isTrainable = false
        let bytes = parameter.byteCount
        try parameter.keep(only: .float32)
        #expect(parameter.byteCount == bytes / 2)
        #expect(try parameter.hostValues() == [Double(Float(0.1)), 2])
        #expect(try workspace.values(Tape(workspace).leaf(parameter)) == [Double(Float(0.1)), 2])
    }

    @Test func aWrongCountIsRefused() throws {
        let parameter = try workspace.parameter("p", [2], [0.1, 2])
        #expect(throws: TensorError.shape(operation: "set p", expected: "2 values", got: "3")) {
            try parameter.set([1, 2, 3])
        }
    }
}

/// Numbers that stand in for a mapped file.
@safe final class HostNumbersInMemory {
    let bytes: UnsafeRawBufferPointer
    private let memory: UnsafeMutableBufferPointer<Double>

    init(_ values: [Double]) {
        unsafe memory = .allocate(capacity: values.count)
        _ = unsafe memory.initialize(from: values)
        unsafe bytes = UnsafeRawBufferPointer(memory)
    }

    deinit { unsafe memory.deallocate() }

    var values: [Double] { unsafe Array(memory) }

    func set(_ place: Int, _ value: Double) { unsafe memory[place] = value }
}
