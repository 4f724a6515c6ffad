import ArgumentParser
import Foundations

/// Flags that are settings.
protocol SettingFlags: ParsableArguments {
    /// Sets what was given.
    func add(to layer: inout SettingLayer)
}

extension SettingLayer {
    /// What was given on the command line.
    init(flags: [any SettingFlags]) {
        self.init(origin: "flag")
        for group in flags { group.add(to: &self) }
    }
}

/// How many threads train or evaluate.
struct ThreadFlags: SettingFlags {
    @Option(help: ArgumentHelp("Threads that compute (one a core).", valueName: "n")) var threads: Int?

    func add(to layer: inout SettingLayer) { layer.set("run", "threads", threads.map { .integer($0) }) }
}
