public import ArgumentParser
public import Corpora
import Foundations
public import Patches

extension LayoutOptions.Layout: ExpressibleByArgument {}
extension LayoutOptions.Strategy: ExpressibleByArgument {}
extension LayoutOptions.Overflow: ExpressibleByArgument {}
extension LayoutOptions.Offsets: ExpressibleByArgument {}
extension LayoutOptions.Channels: ExpressibleByArgument {}
extension LayoutOptions.Packing: ExpressibleByArgument {}
extension Normalisation: ExpressibleByArgument {}

/// How pixels become sequences of patches.
struct LayoutFlags: SettingFlags {
    @Option(help: "Content of a sequence (single).") var layout: LayoutOptions.Layout?
    @Option(help: "How patches are cut (continuous).") var strategy: LayoutOptions.Strategy?
    @Option(
        name: [.customShort("L"), .long],
        help: ArgumentHelp("Patches of a sequence, the end patch included (1024).", valueName: "n"))
    var maxPatches: Int?
    @Option(help: "Policy for text that does not fit (split).") var overflow: LayoutOptions.Overflow?
    @Option(help: ArgumentHelp("Patches of text B shown again after a split (0).", valueName: "n")) var stride: Int?
    @Option(help: ArgumentHelp("Patches of text A at most (none).", valueName: "n")) var textAMaxPatches: Int?
    @Option(help: ArgumentHelp("Pixels before the text (2).", valueName: "n")) var padLeft: Int?
    @Option(help: ArgumentHelp("Pixels after the text, at least (2).", valueName: "n")) var padRight: Int?
    @Option(help: "Mapping of patches to text (none).") var offsets: LayoutOptions.Offsets?
    @Option(help: "Channels of a stored pixel (auto).") var channels: LayoutOptions.Channels?
    @Option(help: "Packing of a document's lines into sequences (none).") var packing: LayoutOptions.Packing?
    @Option(help: "Unicode normalisation before drawing (none).") var normalisation: Normalisation?
    @Flag(inversion: .prefixedNo, help: "Repeat known mistakes of the reference renderers.") var compatBugs: Bool?
    @Flag(name: .customLong("flip-rtl"), inversion: .prefixedNo, help: "Reverse the patches of right-to-left texts.")
    var flipRTL: Bool?
    @Flag(inversion: .prefixedNo, help: "Draw pairs right to left.") var rightToLeft: Bool?
    @Flag(inversion: .prefixedNo, help: "With bigrams, shape every character alone.") var isolatedChars: Bool?

    func add(to layer: inout SettingLayer) {
        func set(_ key: String, _ value: JSONValue?) { layer.set("layout", key, value) }
        set("layout", layout.map { .string($0.rawValue) })
        set("strategy", strategy.map { .string($0.rawValue) })
        set("max_patches", maxPatches.map { .integer($0) })
        set("overflow", overflow.map { .string($0.rawValue) })
        set("stride", stride.map { .integer($0) })
        set("text_a_max_patches", textAMaxPatches.map { .integer($0) })
        set("pad_left", padLeft.map { .integer($0) })
        set("pad_right", padRight.map { .integer($0) })
        set("offsets", offsets.map { .string($0.rawValue) })
        set("channels", channels.map { .string($0.rawValue) })
        set("packing", packing.map { .string($0.rawValue) })
        set("normalisation", normalisation.map { .string($0.rawValue) })
        set("compat_bugs", compatBugs.map { .bool($0) })
        set("flip_rtl", flipRTL.map { .bool($0) })
        set("right_to_left", rightToLeft.map { .bool($0) })
        set("isolated_chars", isolatedChars.map { .bool($0) })
    }
}

/// How text becomes patches in a training, whose documents are single texts that fill the model's length.
struct DrawingFlags: SettingFlags {
    @Option(help: "How patches are cut (continuous).") var strategy: LayoutOptions.Strategy?
    @Option(help: "Content of a sequence; a training reads single texts (single).") var layout: LayoutOptions.Layout?
    @Option(help: ArgumentHelp("Pixels before the text (2).", valueName: "n")) var padLeft: Int?
    @Option(help: ArgumentHelp("Pixels after the text, at least (2).", valueName: "n")) var padRight: Int?
    @Option(help: "Unicode normalisation before drawing (none).") var normalisation: Normalisation?
    @Flag(inversion: .prefixedNo, help: "Repeat known mistakes of the reference renderers.") var compatBugs: Bool?
    @Flag(name: .customLong("flip-rtl"), inversion: .prefixedNo, help: "Reverse the patches of right-to-left texts.")
    var flipRTL: Bool?
    @Flag(inversion: .prefixedNo, help: "With bigrams, shape every character alone.") var isolatedChars: Bool?

    func validate() throws {
        if let layout, layout != .single {
            throw ValidationError(
                "--layout \(layout.rawValue): a training reads single texts; render shards with it and name them as --data"
            )
        }
    }

    func add(to layer: inout SettingLayer) {
        func set(_ key: String, _ value: JSONValue?) { layer.set("layout", key, value) }
        set("strategy", strategy.map { .string($0.rawValue) })
        set("layout", layout.map { .string($0.rawValue) })
        set("pad_left", padLeft.map { .integer($0) })
        set("pad_right", padRight.map { .integer($0) })
        set("normalisation", normalisation.map { .string($0.rawValue) })
        set("compat_bugs", compatBugs.map { .bool($0) })
        set("flip_rtl", flipRTL.map { .bool($0) })
        set("isolated_chars", isolatedChars.map { .bool($0) })
    }
}
