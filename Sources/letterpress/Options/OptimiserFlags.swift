public import ArgumentParser
import Foundation
import Foundations
public import Layers
import ZooKit

extension Schedule.Shape: ExpressibleByArgument {}

/// How parameters are stepped, in the section of a kind of training and with the defaults that it has.
struct OptimiserFlags<Course: TrainingCourse>: SettingFlags {
    @Option(
        name: [.long, .customLong("lr")],
        help: ArgumentHelp("Learning rate at its peak (\(usual(\.learningRate))).", valueName: "x"))
    var learningRate: Double?
    @Option(
        help: ArgumentHelp(
            "Which parameters are trained, and how: all, head or a method (all); see letterpress zoo list.",
            valueName: "name[:key=value,…]"),
        completion: Completions.adaptations)
    var method: String?
    @Option(help: "Its schedule after the warm-up (\(Course.optimiser.schedule.rawValue)).") var schedule:
        Schedule.Shape?
    @Option(help: ArgumentHelp("Steps of warm-up (\(Course.optimiser.warmUp)).", valueName: "n")) var warmUp: Int?
    @Option(help: ArgumentHelp("Decoupled decay of matrices (\(usual(\.weightDecay))).", valueName: "x"))
    var weightDecay: Double?
    @Option(help: ArgumentHelp("Decay of the mean of gradients (\(usual(\.beta1))).", valueName: "x"))
    var beta1: Double?
    @Option(help: ArgumentHelp("Decay of their mean square (\(usual(\.beta2))).", valueName: "x")) var beta2: Double?
    @Option(help: ArgumentHelp("Added to the root (\(usual(\.epsilon))).", valueName: "x")) var epsilon: Double?
    @Option(help: ArgumentHelp("Limit of the norm of all gradients (\(usual(\.clip))).", valueName: "x"))
    var clip: Double?
    @Option(help: "The precision of matrix products (\(Course.optimiser.precision)).") var precision:
        GenerateSettings.PrecisionName?
    @Flag(inversion: .prefixedNo, help: "Keep no activations inside blocks: less memory, more time.")
    var recompute: Bool?
    @Option(
        help: "The policy for a loss or a gradient that is not finite (\(Course.optimiser.onNonFinite)).")
    var onNonFinite: NonFinite?

    func add(to layer: inout SettingLayer) {
        func set(_ key: String, _ value: JSONValue?) { layer.set(Course.section, key, value) }
        for (key, value) in [
            ("learning_rate", learningRate), ("weight_decay", weightDecay), ("beta1", beta1), ("beta2", beta2),
            ("epsilon", epsilon), ("clip", clip),
        ] { set(key, value.map { .number($0) }) }
        for (key, value) in [
            ("schedule", schedule?.rawValue), ("precision", precision?.rawValue),
            ("on_non_finite", onNonFinite?.rawValue), ("method", method),
        ] { set(key, value.map { .string($0) }) }
        set("warm_up", warmUp.map { .integer($0) })
        set("recompute", recompute.map { .bool($0) })
    }

    /// A default as people write it: 3e-5.
    private static func usual(_ number: KeyPath<OptimiserSettings, Double>) -> String {
        String(format: "%g", Course.optimiser[keyPath: number]).replacingOccurrences(of: "e-0", with: "e-")
    }
}

/// The policy for a loss or a gradient that is not finite.
enum NonFinite: String, ExpressibleByArgument, CaseIterable {
    case stop, skip
}
