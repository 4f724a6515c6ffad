import Layers
import Tensors
import Testing

@Suite struct RowsTests {
    @Test func plainRowsCountFromZeroAndHideNothing() throws {
        let workspace = try reference()
        let rows = try Rows(sequences: 2, length: 3, workspace: workspace)
        #expect(rows.count == 6 && rows.lastPosition == 2)
        #expect(try workspace.values(rows.positions) == [0, 1, 2, 0, 1, 2])
        #expect(rows.querySegments == nil && rows.keySegments == nil && rows.visibility.causalOffset == 0)
        let unpadded = [Bool](repeating: false, count: 6)
        #expect(try Rows(sequences: 2, length: 3, isPadding: unpadded, workspace: workspace).keySegments == nil)
    }

    @Test func paddingIsNoKeyButStaysAQuery() throws {
        let workspace = try reference()
        let rows = try Rows(
            sequences: 1, length: 4, positions: [5, 6, 9, 0], segments: [3, 3, 4, 4],
            isPadding: [false, false, false, true], workspace: workspace)
        #expect(try workspace.values(#require(rows.querySegments)) == [3, 3, 4, 4])
        #expect(try workspace.values(#require(rows.keySegments)) == [3, 3, 4, -1])
        #expect(rows.lastPosition == 9)
    }

    @Test func whatDoesNotFitIsRefused() throws {
        let workspace = try reference()
        #expect(throws: TensorError.self) {
            try Rows(sequences: 2, length: 3, positions: [0, 1, 2], workspace: workspace)
        }
        #expect(throws: TensorError.self) { try Rows(sequences: 1, length: 2, segments: [0], workspace: workspace) }
        #expect(throws: TensorError.self) {
            try Rows(sequences: 1, length: 1, isPadding: [true, false], workspace: workspace)
        }
        #expect(throws: TensorError.index(operation: "rows", index: -1, limit: .max)) {
            try Rows(sequences: 1, length: 2, positions: [0, -1], workspace: workspace)
        }
    }

    /// A position that no angle was computed for is refused before a kernel reads outside its table.
    @Test func positionsBehindTheTableAreRefused() throws {
        let workspace = try reference()
        let table = try RotaryTable(width: 4, limit: 8, theta: 10000, workspace: workspace)
        let context = ForwardContext(tape: Tape(workspace))
        let x = try workspace.numbers(numbers(4, 1), [1, 4])
        let last = try Rows(sequences: 1, length: 1, positions: [7], workspace: workspace)
        _ = try table.rotate(x, heads: 1, rows: last, context)
        let behind = try Rows(sequences: 1, length: 1, positions: [8], workspace: workspace)
        #expect(throws: TensorError.index(operation: "rotary", index: 8, limit: 8)) {
            try table.rotate(x, heads: 1, rows: behind, context)
        }
        for (width, limit) in [(3, 8), (0, 8), (4, 0)] {
            #expect(throws: TensorError.self) {
                try RotaryTable(width: width, limit: limit, theta: 10000, workspace: workspace)
            }
        }
    }

    /// Two documents in one row see what each sees alone, and padding is seen by nobody.
    @Test func segmentsAreDocumentsOfTheirOwn() throws {
        let workspace = try reference()
        let rotary = try RotaryTable(width: 4, limit: 8, theta: 100, workspace: workspace)
        let attention = try Attention(
            ParameterBuilder(workspace: workspace, seed: 1), width: 6, map: HeadMap(width: 4, heads: 2, groups: 1),
            rotary: rotary, deviation: 0.5)
        let context = ForwardContext(tape: Tape(workspace, mode: .inference))
        let x = numbers(7 * 6, 2)
        func read(_ range: Range<Int>, _ rows: Rows) throws -> [Double] {
            let part = Array(x[range.lowerBound * 6..<range.upperBound * 6])
            let input = try workspace.numbers(part, [range.count, 6])
            return try workspace.values(attention(input, adding: nil, rows: rows, context))
        }
        let packed = try read(
            0..<7,
            Rows(
                sequences: 1, length: 7, positions: [0, 1, 2, 0, 1, 2, 3], segments: [0, 0, 0, 1, 1, 1, 1],
                isPadding: [false, false, false, false, false, false, true], workspace: workspace))
        let first = try read(0..<3, Rows(sequences: 1, length: 3, workspace: workspace))
        let second = try read(3..<6, Rows(sequences: 1, length: 3, workspace: workspace))
        #expect(Array(packed[..<18]) == first && Array(packed[18..<36]) == second)
    }
}
