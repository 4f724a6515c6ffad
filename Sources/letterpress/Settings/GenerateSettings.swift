import Foundation
import Foundations
import Layers
import Tensors
import ZooKit

/// The settings of the section `generate`: with what, and how many at once.
struct GenerateSettings: Codable {
    /// Which rows of the cache stay.
    enum CachePolicyName: String, Codable, CaseIterable {
        case full, window
    }

    /// What products run in.
    enum PrecisionName: String, Codable, CaseIterable {
        case fp32, bf16
    }

    var batch = 8
    var samples = 1
    var precision = PrecisionName.fp32
    /// `nil` is one a core.
    var threads: Int?
    var chat: ChatFormat?
    var system: String?
    var cachePolicy = CachePolicyName.full
    var sinks = 4
    var window = 512

    enum CodingKeys: String, CodingKey {
        case batch, samples, precision, threads, chat, system, sinks, window
        case cachePolicy = "cache_policy"
    }

    /// Decodes the sections `generate` and `sampling`. Throws `ConfigError` and `GenerationError` for values out of range.
    static func read(_ settings: MergedSettings) throws -> (generate: GenerateSettings, sampling: SamplingOptions) {
        let found = try settings.decode("generate", over: GenerateSettings())
        let sampling = try settings.decode("sampling", over: SamplingOptions())
        for (key, value, range) in [
            ("batch", found.batch, 1...1024), ("samples", found.samples, 1...1_000_000),
            ("threads", found.threads ?? 1, 1...1024),
            ("sinks", found.sinks, 0...1_000_000), ("window", found.window, 1...1_000_000),
        ] where !range.contains(value) {
            throw ConfigError.invalidValue(
                source: settings.origins["generate.\(key)"] ?? "settings", keyPath: "generate.\(key)",
                reason: "\(value) is out of range; expected \(range.lowerBound) to \(range.upperBound)")
        }
        try sampling.check()
        return (found, sampling)
    }

    /// Kernels and memory.
    func workspace() throws -> Workspace {
        let threads = threads ?? min(ProcessInfo.processInfo.activeProcessorCount, 64)
        return try Workspace(
            kernels: CPUKernels(threads: threads), precision: precision == .bf16 ? .bf16 : .fp32)
    }

    /// Which rows of the cache stay.
    func policy() throws -> any CachePolicy {
        switch cachePolicy {
        case .full: FullCachePolicy()
        case .window: try SlidingWindowPolicy(sinks: sinks, window: window)
        }
    }
}

/// The settings of the section `pixels`: how pictures of text are continued.
struct PixelGenerationSettings: Codable {
    var patches = 16
    var drawing = PixelOptions.Drawing.gray
    var temperature = 1.0
    var seed: UInt64 = 0
    /// White columns between the text of a prompt and the first new patch; -1 leaves the text where it was drawn.
    var gap = 3

    /// Decodes the section. Throws `ConfigError` naming where a wrong value comes from.
    static func read(_ settings: MergedSettings) throws -> PixelGenerationSettings {
        let found = try settings.decode("pixels", over: PixelGenerationSettings())
        guard (-1...15).contains(found.gap) else {
            throw ConfigError.invalidValue(
                source: settings.origins["pixels.gap"] ?? "settings", keyPath: "pixels.gap",
                reason: "\(found.gap) is out of range; expected -1 to 15")
        }
        return found
    }

    /// For the library.
    var options: PixelOptions {
        var options = PixelOptions()
        options.maxPatches = patches
        options.drawing = drawing
        options.temperature = temperature
        options.seed = seed
        return options
    }
}
