import ArgumentParser

/// How much is said, and in which form.
struct ReportFlags: ParsableArguments {
    @Flag(help: "Results as JSON, one object a line.") var json = false
    @Flag(name: [.short, .long], help: "No progress and no notes.") var quiet = false

    /// Nothing at all is said, not even results: this is not the process that speaks.
    private(set) var isSilent = false

    enum CodingKeys: String, CodingKey {
        case json, quiet
    }

    /// Flags of a process that says nothing.
    static var silent: ReportFlags {
        var flags = ReportFlags()
        (flags.json, flags.quiet, flags.isSilent) = (false, true, true)
        return flags
    }

    /// True if a line of progress is drawn.
    var showsProgress: Bool { !quiet && !json && Console.isErrorTerminal }

    func note(_ line: String) {
        if !quiet { Console.note(line) }
    }

    func warn(_ line: String) {
        if !quiet { Console.warning(line) }
    }
}
