/// The progress of a long run: a line that is drawn anew on a terminal, a note now and then elsewhere.
final class ProgressLine {
    private let report: ReportFlags
    private let clock = ContinuousClock()
    private var last: ContinuousClock.Instant?
    private var isDrawn = false
    /// The part that lines were shown of, of which the end is shown too.
    private var part: String?

    /// A line that nothing stands on.
    init(_ report: ReportFlags) { self.report = report }

    /// Shows how far a part is, as ``show(isLast:_:)`` does. Its end is shown where a line of it was shown before, so that lines do not
    /// stop short of it.
    func show(_ part: String, done: Int, of count: Int, _ text: () throws -> String) rethrows {
        if done < count {
            try show {
                self.part = part
                return try text()
            }
        } else if self.part == part {
            self.part = nil
            try show(isLast: true, text)
        }
    }

    /// Shows what `text` gives unless something was shown a moment ago; the last line is shown in any case.
    func show(isLast: Bool = false, _ text: () throws -> String) rethrows {
        let pause: Duration = report.showsProgress ? .milliseconds(100) : .seconds(15)
        if let last, last.duration(to: clock.now) < pause, !isLast { return }
        last = clock.now
        if report.showsProgress {
            isDrawn = true
            Console.progress(try text())
        } else {
            report.note(try text())
        }
    }

    /// Takes the line away.
    func clear() {
        if isDrawn { Console.progress(nil) }
        isDrawn = false
    }
}
