public import ArgumentParser
import Foundations
public import Patches

extension ShardFormat: ExpressibleByArgument {}

/// How sequences become shards.
struct ShardFlags: SettingFlags {
    @Option(help: "Format of the shards (webdataset).") var format: ShardFormat?
    @Option(help: ArgumentHelp("Patches of a shard, about (1048576).", valueName: "n")) var patchesPerShard: Int?
    @Option(help: ArgumentHelp("Sequences of a shard, about (100000).", valueName: "n")) var sequencesPerShard: Int?
    @Flag(inversion: .prefixedNo, help: "Compress native pixels.") var zstd: Bool?
    @Flag(inversion: .prefixedNo, help: "Store the text with the patches (default).") var text: Bool?

    func add(to layer: inout SettingLayer) {
        func set(_ key: String, _ value: JSONValue?) { layer.set("shards", key, value) }
        set("format", format.map { .string($0.rawValue) })
        set("patches_per_shard", patchesPerShard.map { .integer($0) })
        set("sequences_per_shard", sequencesPerShard.map { .integer($0) })
        set("zstd", zstd.map { .bool($0) })
        set("store_text", text.map { .bool($0) })
    }
}
