public import ArgumentParser
import Foundations
public import ZooKit

extension WordRow: ExpressibleByArgument {}

/// The row by which a word is labelled.
struct WordFlags: SettingFlags {
    @Option(help: "Patch or token that labels a word: its last, or its first (last).") var wordRow: WordRow?

    func add(to layer: inout SettingLayer) {
        layer.set("finetune", "word_row", wordRow.map { .string($0.rawValue) })
    }
}
