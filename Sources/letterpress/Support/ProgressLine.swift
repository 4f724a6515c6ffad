/// The progress of a long run: a line that is drawn anew on a terminal, a note now and then elsewhere.
final class ProgressLine {
    private let report: ReportFlags
    private let clock = ContinuousClock()
    private var last: ContinuousClock.Instant?
    private var isDrawn = false
    /// True if something was shown since the last that was shown in any case.
    private var isUnderWay = false

    /// A line that nothing stands on.
    init(_ report: ReportFlags) { self.report = report }

    /// Shows the end of something that lines were shown of before, so that these do not stop short of it.
    func showEnd(_ text: () throws -> String) rethrows {
        if isUnderWay { try show(isLast: true, text) }
    }

    /// Shows what `text` gives unless something was shown a moment ago; the last line is shown in any case.
    func show(isLast: Bool = false, _ text: () throws -> String) rethrows {
        let pause: Duration = report.showsProgress ? .milliseconds(100) : .seconds(15)
        if let last, last.duration(to: clock.now) < pause, !isLast { return }
        last = clock.now
        isUnderWay = !isLast
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
