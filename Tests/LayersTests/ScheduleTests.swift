import Foundation
import Layers
import Testing

/// Expected numbers: PyTorch 2.13's LambdaLR over transformers' functions (get_linear_schedule_with_warmup and its siblings),
/// warm-up 4 of 12 steps.
@Suite struct ScheduleTests {
    private func check(_ schedule: Schedule, _ expected: [Double]) {
        for (step, factor) in expected.enumerated() {
            #expect(abs(schedule.factor(at: step) - factor) < 1e-15, "step \(step)")
        }
    }

    @Test func linearIsTransformers() {
        let expected = [0, 0.25, 0.5, 0.75, 1, 0.875, 0.75, 0.625, 0.5, 0.375, 0.25, 0.125, 0]
        check(Schedule(.linear, warmUp: 4, steps: 12), expected)
        // Without warm-up it is PyTorch's LinearLR from 1 to 0.
        check(Schedule(.linear, steps: 8), Array(expected[4...]))
    }

    @Test func cosineIsTransformers() {
        check(
            Schedule(.cosine, warmUp: 4, steps: 12),
            [
                0, 0.25, 0.5, 0.75, 1, 0.9619397662556434, 0.8535533905932737, 0.6913417161825449, 0.5,
                0.30865828381745514, 0.14644660940672627, 0.03806023374435663, 0,
            ])
    }

    @Test func cosineWithAFloorIsTransformersMinimumRate() {
        check(
            Schedule(.cosine, warmUp: 4, steps: 12, floor: 0.1),
            [
                0, 0.25, 0.5, 0.75, 1, 0.9657457896300791, 0.8681980515339464, 0.7222075445642904, 0.55,
                0.3777924554357096, 0.23180194846605365, 0.13425421036992097, 0.1,
            ])
    }

    @Test func linearWithAFloorIsPyTorchsLinearLR() {
        check(Schedule(.linear, steps: 8, floor: 0.2), [1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2])
    }

    @Test func constantStaysAndNeedsNoEnd() {
        check(Schedule(.constant, warmUp: 2, steps: 0), [0, 0.5, 1, 1, 1, 1])
        #expect(Schedule(.constant, steps: 0).factor(at: 0) == 1)
    }

    @Test(arguments: Schedule.Shape.allCases) func afterTheLastStepNothingMoves(_ shape: Schedule.Shape) {
        let schedule = Schedule(shape, warmUp: 3, steps: 10, floor: 0.25)
        let last = shape == .constant ? 1 : 0.25
        #expect([10, 11, 17, 1000].allSatisfy { abs(schedule.factor(at: $0) - last) < 1e-15 })
        // A warm-up as long as the training ends at the peak.
        #expect(Schedule(shape, warmUp: 5, steps: 5).factor(at: 4) == 0.8)
        #expect(Schedule(shape, warmUp: 5, steps: 5).factor(at: 5) == 1)
    }

    @Test func itsKeysAreInSnakeCase() throws {
        let schedule = Schedule(.cosine, warmUp: 3, steps: 10, floor: 0.5)
        let data = try JSONEncoder().encode(schedule)
        let text = String(decoding: data, as: UTF8.self)
        #expect(["\"warm_up\":3", "\"shape\":\"cosine\"", "\"steps\":10", "\"floor\":0.5"].allSatisfy(text.contains))
        #expect(try JSONDecoder().decode(Schedule.self, from: data) == schedule)
    }
}
