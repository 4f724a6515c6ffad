import Foundation
import TestSupport
import Testing

/// The scripts of the house, run on a copy of their folder with programs that only pretend.
@Suite struct ScriptTests {
    /// A copy of `.ci/run` among stand-ins that write their arguments to a log; the one whose call holds `failing`
    /// exits with 3.
    private func check(failing: String?) throws -> (execution: Execution, calls: [String]) {
        let folder = try TemporaryFolder()
        let script = try folder.write(try Tree.bytes(".ci/run"), to: ".ci/run")
        let log = folder.file("calls")
        let standIn = """
            #!/bin/bash
            echo "$(basename "$0") $*" >> "\(log)"
            case "$(basename "$0") $*" in *"\(failing ?? "no such call")"*) exit 3 ;; esac
            exit 0
            """
        for program in ["bin/make", "tools/install-dependencies.sh", "bin/python3"] {
            let path = try folder.write(standIn, to: program)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        }
        // The script names Debian's own interpreter; the copy calls the stand-in.
        let text = String(decoding: try folder.read(".ci/run"), as: UTF8.self)
        try folder.write(text.replacing("/usr/bin/python3", with: "python3"), to: ".ci/run")
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        let execution = try Execution.run(
            "/bin/bash", [script], environment: ["PATH": folder.file("bin") + ":" + path, "CI": "true"])
        let calls = (try? folder.read("calls")) ?? []
        return (execution, String(decoding: calls, as: UTF8.self).split(separator: "\n").map(String.init))
    }

    static let steps = [
        "install-dependencies.sh --checks", "make test", "make lint", "make docs", "make_stacks.py --check",
        "count.py --check",
    ]

    @Test func theCheckRunsEveryStepInOrder() throws {
        let (execution, calls) = try check(failing: nil)
        #expect(execution.status == 0, "\(execution.errorText)")
        #expect(calls.count == Self.steps.count)
        for (call, step) in zip(calls, Self.steps) { #expect(call.contains(step)) }
    }

    @Test(arguments: steps)
    func theCheckFailsWithAnyStep(step: String) throws {
        let (execution, calls) = try check(failing: step)
        #expect(execution.status == 1)
        #expect(execution.errorText.contains("failed with status 3"))
        #expect(calls.last?.contains(step) == true, "nothing runs after a failed step")
    }

    @Test func scriptsAreExecutable() throws {
        for path in [".ci/run", "corpora/fetch"] + (try Tree.files(in: "tools", endingWith: ".sh")) {
            #expect(FileManager.default.isExecutableFile(atPath: Repository.root + "/" + path), "\(path)")
        }
    }

    @Test func theInstallStepListsPackagesAndInstallsNothing() throws {
        let script = Repository.root + "/tools/install-dependencies.sh"
        let list = try Execution.run("/bin/bash", [script, "--list"])
        #expect(list.status == 0)
        let packages = Set(list.text.split(separator: "\n").map(String.init))
        #expect(packages.isSuperset(of: ["libfreetype-dev", "libharfbuzz-dev", "fonts-noto-core"]))
        #expect(try Execution.run("/bin/bash", [script, "--strange"]).status == 64)
        // Every library that the manifest names as an edge is in the list.
        let manifest = try Tree.text("Package.swift")
        for match in manifest.matches(of: /apt: "([a-z0-9-]+)"/) {
            #expect(packages.contains(String(match.output.1)), "\(match.output.1) is not installed by the script")
        }
    }

    @Test func theInstallStepSaysWhenSwiftIsMissing() throws {
        let folder = try TemporaryFolder()
        // A PATH with the shell's own tools and no Swift.
        for tool in ["bash", "sed", "head", "sort", "tr", "env"] {
            let place = try #require(
                ["/bin/", "/usr/bin/"].map { $0 + tool }.first(where: FileManager.default.fileExists))
            try FileManager.default.createSymbolicLink(atPath: folder.file(tool), withDestinationPath: place)
        }
        let run = try Execution.run(
            "/bin/bash", [Repository.root + "/tools/install-dependencies.sh"], environment: ["PATH": folder.path])
        #expect(run.status == 69)
        #expect(run.errorText.contains("Swift 6.3 is missing"))
    }
}
