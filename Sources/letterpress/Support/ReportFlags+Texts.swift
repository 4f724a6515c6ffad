import Corpora
import Foundations
import ZooKit

extension ReportFlags {
    /// Says which records were left out or repaired.
    func tell(_ read: ReadReport) {
        for problem in read.examples.prefix(5) { warn("\(problem)") }
        if read.skipped > 0 { warn("left out: \(counted(read.skipped, "record"))") }
        if read.replacements > 0 { warn("\(read.replacements) parts that are no UTF-8 are read as U+FFFD") }
    }

    /// Says how many of `count` texts had no room, of a model that reads `length` rows.
    func tell(truncated: Int, of count: Int, _ kind: ExampleKind, length: Int) {
        guard truncated > 0 else { return }
        note(
            "\(truncated) of \(counted(count, "text")) had no room for all of their text; the model reads \(length) "
                + (kind == .text ? "tokens" : kind == .image ? "patches" : "places"))
    }
}
