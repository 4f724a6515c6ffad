import Evaluation
import Foundation
import TestSupport
import Testing

/// Scripts of `/bin/sh` beside a task's file.
@Suite(.serialized) struct ScriptJudgeTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func script(_ text: String, mode: Int = 0o755, shell: String = "#!/bin/sh") throws {
        let path = try folder.write("\(shell)\n\(text)\n", to: "judge")
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }

    private func judge(_ change: (inout ScorerOptions) -> Void = { _ in }) throws -> ScriptJudge {
        var options = ScorerOptions()
        options.allowsScripts = true
        options.scriptLimits.seconds = 20
        change(&options)
        return try ScriptJudge(task: "drawn", script: "judge", folder: folder.path, options)
    }

    private let example = TaskExample(
        id: "e/1", textA: "What is \"ink\"?\n", answers: ["soot", "Öl"], language: "en")

    private func verdict(_ text: String = "soot") throws -> ScriptJudge.Verdict {
        try judge().judge(text, of: example)
    }

    @Test func anExitStatusOfZeroPasses() throws {
        try script("exit 0")
        #expect(try verdict().isPass)
        try script("exit 3")
        #expect(try verdict().end == .exit(3) && !verdict().isPass)
        try script("kill -9 $$")
        #expect(try verdict().end == .signal(9))
    }

    @Test func theExampleComesAsALineOfJSON() throws {
        try script(
            "read -r line; printf '%s' \"$line\"; read -r more || printf '|%s' \"$#\"; printf '|%s' \"$LANG\" >&2")
        let output = String(decoding: try verdict("so\not").output, as: UTF8.self).split(separator: "|")
        let line =
            #"{"answers":["soot","Öl"],"id":"e/1","language":"en","prompt":"What is \"ink\"?\n","task":"drawn","text":"so\not"}"#
        #expect(output == [line[...], "0", "C.UTF-8"])
    }

    @Test func inputThatNobodyReadsBlocksNobody() throws {
        try script("exit 0")
        #expect(try verdict(String(repeating: "ink ", count: 400_000)).isPass)
        try script("test $(wc -c) -gt 1600000")
        #expect(try verdict(String(repeating: "ink ", count: 400_000)).isPass)
    }

    @Test func itsFolderIsEmptyAndGoesAway() throws {
        try script(
            """
            test -z "$(ls -A)" || exit 1
            test "$PWD" = "$HOME" && test "$PWD" = "$TMPDIR" || exit 2
            mkdir -p a/b && echo ink > a/b/c && chmod 0 a/b && ln -s / root || exit 3
            env | cut -d= -f1 | sort | tr '\\n' ' '
            pwd
            """)
        let verdict = try verdict()
        let output = String(decoding: verdict.output, as: UTF8.self).split(separator: "\n").map(String.init)
        #expect(verdict.isPass && output.count == 1)
        let place = try #require(output.first?.split(separator: " ").last.map(String.init))
        #expect(place.hasPrefix("/") && !FileManager.default.fileExists(atPath: place))
        let names = Set(try #require(output.first).split(separator: " ").dropLast().map(String.init))
        #expect(names.isSuperset(of: ["HOME", "LANG", "PATH", "TMPDIR"]))
        #expect(names.isSubset(of: ["HOME", "LANG", "PATH", "TMPDIR", "PWD", "OLDPWD", "_", "SHLVL"]))
    }

    @Test func whatTakesTooLongFailsWithAllThatItStarted() throws {
        let mark = folder.file("pids")
        try script("sleep 300 & echo $! >> \(mark); sleep 301 & echo $! >> \(mark); echo $$ >> \(mark); wait")
        let start = Date()
        let verdict = try judge { $0.scriptLimits.seconds = 1.5 }.judge("", of: example)
        #expect(verdict.end == .timeout && !verdict.isPass && Date().timeIntervalSince(start) < 15)
        let started = String(decoding: try folder.read("pids"), as: UTF8.self).split(separator: "\n").compactMap {
            Int32($0)
        }
        #expect(started.count == 3)
        for process in started { #expect(Self.isGone(process)) }
    }

    @Test func whatItLeavesBehindIsEnded() throws {
        let mark = folder.file("pids")
        // The child holds the output open: nobody waits for it.
        try script("sleep 300 & echo $! > \(mark); exit 0")
        let start = Date()
        #expect(try verdict().isPass && Date().timeIntervalSince(start) < 15)
        let text = String(decoding: try folder.read("pids"), as: UTF8.self)
        #expect(Self.isGone(try #require(Int32(text.dropLast()))))
    }

    /// Whether a process has ended, be it reaped or not; it is given a moment.
    private static func isGone(_ process: Int32) -> Bool {
        for _ in 0..<200 {
            guard let bytes = FileManager.default.contents(atPath: "/proc/\(process)/stat"), !bytes.isEmpty,
                let state = String(decoding: bytes, as: UTF8.self).split(separator: ")").last?.split(separator: " ")
                    .first
            else { return true }
            if state == "Z" || state == "X" { return true }
            usleep(20_000)
        }
        return false
    }

    @Test func onlyTheBeginningOfLongOutputIsKept() throws {
        try script("head -c 5000000 /dev/zero | tr '\\0' x; exit 0")
        let verdict = try verdict()
        #expect(verdict.isPass && verdict.output == [UInt8](repeating: UInt8(ascii: "x"), count: 16 << 10))
        try script("yes")
        let endless = try judge { $0.scriptLimits.seconds = 1 }.judge("", of: example)
        #expect(endless.end == .timeout && endless.output.count == 16 << 10)
    }

    @Test func filesProcessorTimeAndRightsAreLimited() throws {
        try script("head -c 300000 /dev/zero > big; test $(wc -c < big) -le 65536")
        #expect(try judge { $0.scriptLimits.fileSize = 65536 }.judge("", of: example).isPass)
        try script("ulimit -t; ulimit -v; ulimit -c; ulimit -n; grep NoNewPrivs /proc/self/status")
        let output = try String(
            decoding: judge { $0.scriptLimits.memory = 1 << 30 }.judge("", of: example).output, as: UTF8.self)
        #expect(output.split(whereSeparator: \.isWhitespace) == ["21", "1048576", "0", "256", "NoNewPrivs:", "1"])
    }

    @Test func aScriptThatCannotBeRunIsAnError() throws {
        func message(_ change: (inout ScorerOptions) -> Void = { _ in }) throws -> String {
            do {
                _ = try judge(change).judge("", of: example)
                return ""
            } catch let error as ScorerError { return "\(error)" }
        }
        #expect(try message().contains("relative to the task's file"))
        try script("exit 0", mode: 0o644)
        #expect(try message().contains("may not be executed"))
        try script("exit 0")
        #expect(try message() == "")
        #expect(try message { $0.allowsScripts = false }.contains("--allow-scripts"))
        #expect(try message { $0.scriptLimits.seconds = 0 }.contains("more than 0"))
        try script("exit 0", shell: "#!/no/such/program")
        #expect(try message().contains("first line"))
        try script("\u{0}\u{1}", shell: "\u{7F}no format")
        #expect(try message().contains("cannot be run"))
        try FileManager.default.removeItem(atPath: folder.file("judge"))
        try FileManager.default.createDirectory(atPath: folder.file("judge"), withIntermediateDirectories: true)
        #expect(try message().contains("it is no file"))
    }

    @Test func aTasksScriptJudgesWhatTheModelWrites() throws {
        let fixture = try ScoreFixture("plain")
        let task = try generationTask(script: "judge")
        try script("grep -q '\"id\":\"1\"'")
        let examples = ["1", "2"].map { TaskExample(id: $0, textA: "The proof") }
        #expect(throws: ScorerError.self) { try fixture.scorers().scorer(of: task, folder: folder.path) }
        var options = ScorerOptions()
        options.allowsScripts = true
        let answers = try fixture.scorers(options).scorer(of: task, folder: folder.path).answers(to: examples)
        let passes: [Bool?] = answers.map { if case .text(_, let passed) = $0 { passed } else { nil } }
        #expect(passes == [true, false])
        #expect(Metric.named("pass_rate")?(Outcomes(task, examples, answers)).number == 0.5)
        // What a script judges may have answers all the same.
        let exact = try #require(Metric.named("exact_match"))
        #expect(exact(Outcomes(task, examples, answers)).reason == "no example has an answer")
        var answered = examples
        for (place, answer) in answers.enumerated() {
            if case .text(let text, _) = answer { answered[place].answers = [text] }
        }
        let outcomes = Outcomes(task, answered, answers)
        #expect(exact(outcomes).number == 1 && exact(outcomes.at([1])).number == 1)
        #expect(Bootstrap(resamples: 10).standardError(of: exact, outcomes) == 0)
    }
}
