import Tensors
import Testing
import ZooKit

@Suite struct ScoreWindowTests {
    @Test func everyPlaceButTheFirstIsPredictedOnceInTheFirstWindowThatHoldsIt() throws {
        for window in 2...9 {
            for stride in 1..<window {
                for count in 0...40 {
                    let windows = try ScoreWindows(window: window, stride: stride).over(count)
                    #expect(windows.flatMap { Array($0.targets) } == Array(1..<max(1, count)))
                    var done = 0
                    for (index, part) in windows.enumerated() {
                        #expect(part.places.count <= window && part.places.lowerBound == index * stride)
                        #expect(part.places.upperBound == min(count, index * stride + window))
                        // What is predicted has what is read before it, all windows but the first at least window - stride.
                        #expect(part.targets.lowerBound > part.places.lowerBound || part.targets.isEmpty)
                        #expect(index == 0 || part.targets.lowerBound - part.places.lowerBound >= window - stride)
                        #expect(part.places.upperBound > done)
                        done = part.places.upperBound
                    }
                    #expect(done == count)
                }
            }
        }
    }

    @Test func windowsThatDoNotOverlapLeaveOutTheirBeginnings() throws {
        let windows = try ScoreWindows(window: 4, stride: 4).over(10)
        #expect(windows.map(\.targets) == [1..<4, 5..<8, 9..<10])
    }

    @Test(arguments: [(Int.max, Int.max), (.max, 1), (2, 1)]) func anySizeCutsAnySequence(_ window: Int, _ stride: Int)
        throws
    {
        let windows = try ScoreWindows(window: window, stride: stride).over(3)
        #expect(windows.flatMap { Array($0.targets) } == [1, 2] && windows.last?.places.upperBound == 3)
    }

    @Test(arguments: [(1, 1), (0, 1), (4, 0), (4, 5), (4, -1)]) func otherSizesAreRefused(_ window: Int, _ stride: Int)
    {
        #expect(throws: TensorError.self) { try ScoreWindows(window: window, stride: stride) }
    }
}
