import Layers
import Tensors
import Testing
import ZooKit

@Suite struct ModelInputTests {
    private let picture = Small.picture(2, 1)

    @Test func positionsRestartWithEachDocument() throws {
        let workspace = try reference()
        let text = try ModelInput.text(
            [[1, 2, 3, 4, 5], [6, 7]], vocabulary: 13, segments: [[0, 0, 1, 1, 1], [4, 4]], workspace: workspace)
        #expect(try workspace.values(text.rows.positions) == [0, 1, 0, 1, 2, 0, 1, 0, 0, 0])
        #expect(try text.rows.keySegments.map { try workspace.values($0) } == [0, 0, 1, 1, 1, 4, 4, -1, -1, -1])
        let left = try Small.texts([[1, 2, 3], [6]], padsLeft: true, workspace)
        #expect(try workspace.values(left.rows.positions) == [0, 1, 2, 0, 0, 0])
        #expect(left.tokens?.isPadding == [false, false, false, true, true, false])
        let own = try ModelInput.text([[1, 2]], vocabulary: 13, positions: [[7, 9]], workspace: workspace)
        #expect(try workspace.values(own.rows.positions) == [7, 9] && own.rows.lastPosition == 9)
    }

    @Test func shorterPicturesAreFilledWithWhite() throws {
        let workspace = try reference()
        let input = try Small.images([picture, Small.picture(0, 2)], workspace)
        let patches = try #require(input.patches)
        #expect(patches.sequences == 2 && patches.length == 3 && patches.pixels.shape == [6, Small.patchBytes])
        let bytes = try workspace.values(patches.pixels).map { UInt8($0) }
        #expect(bytes == picture + Small.canvas(Small.picture(0, 2), 3))
        #expect(patches.isPadding == [false, false, false, false, true, true])
    }

    /// Counts that do not belong together are refused rather than filled up.
    @Test func whatDoesNotFitTogetherIsRefused() throws {
        let workspace = try reference()
        func text(_ segments: [[Int32]]?, _ positions: [[Int32]]? = nil) throws {
            _ = try ModelInput.text(
                [[1, 2, 3], [4]], vocabulary: 13, segments: segments, positions: positions, workspace: workspace)
        }
        try text([[0, 0, 1], [0]], [[0, 1, 0], [5]])
        for lists in [[[0, 0], [0]], [[0, 0, 0]], [[0, 0, 0], [0, 0]], [[0, 0, 0], [0], [0]]] as [[[Int32]]] {
            #expect(throws: TensorError.self, "\(lists)") { try text(lists) }
            #expect(throws: TensorError.self, "\(lists)") { try text(nil, lists) }
        }
        func images(_ pictures: [[UInt8]], _ seen: [Int], _ segments: [[Int32]]? = nil) throws {
            _ = try ModelInput.images(
                pictures, seen: seen, patchBytes: Small.patchBytes, segments: segments, workspace: workspace)
        }
        try images([picture], [2], [[0, 1]])
        for seen in [[4], [-1], [], [3, 3]] {
            #expect(throws: TensorError.self, "\(seen)") { try images([picture], seen) }
        }
        // The canvas of a longer picture beside it does not make a picture longer.
        #expect(throws: TensorError.self) { try images([picture, Small.picture(5, 2)], [4, 6]) }
        #expect(throws: TensorError.self) { try images([Array(picture.dropLast())], [1]) }
        #expect(throws: TensorError.self) { try images([picture], [3], [[0, 1]]) }
        #expect(throws: TensorError.self) { try images([picture], [3], [[0, 0, 0], [0]]) }
        for (texts, position) in [([[1]], 2), ([[1], [2]], 3), ([], 3)] as [([[Int32]], Int)] {
            #expect(throws: TensorError.self) {
                try Small.pairs([picture], texts, textPosition: position, workspace)
            }
        }
    }
}
