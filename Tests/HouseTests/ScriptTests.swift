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
        for program in [
            "bin/make", "tools/install-dependencies.sh", "tools/try-method.sh", "tools/read-shards.sh",
            "tools/first-hours.sh", "bin/python3",
        ] {
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
        "install-dependencies.sh --checks", "make test", "make build", "try-method.sh release", "make lint",
        "make docs", "read-shards.sh",
        "make_stacks.py --check", "first-hours.sh",
        "count.py --check", "make_tasks.py --check",
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

    /// The install step among stand-ins: a machine that has Swift and Debian's tools, and none of the packages.
    private func install(user: Int, tools: [String: String] = [:]) throws -> (execution: Execution, calls: [String]) {
        let folder = try TemporaryFolder()
        let log = "echo \"$(basename \"$0\") $*\" >> \"\(folder.file("calls"))\""
        var programs = [
            "swift": "echo 'Swift version 6.3.1 (swift-6.3.1-RELEASE)'", "id": "echo \(user)",
            "dpkg-query": "exit 1", "apt-cache": "exit 0", "apt-get": log, "sudo": "\(log); \"$@\"",
        ]
        programs.merge(tools) { $1 }
        for (program, body) in programs {
            let path = try folder.write("#!/bin/bash\n\(body)\n", to: "bin/\(program)")
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        }
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        let execution = try Execution.run(
            "/bin/bash", [Repository.root + "/tools/install-dependencies.sh"],
            environment: ["PATH": folder.file("bin") + ":" + path])
        let calls = (try? folder.read("calls")) ?? []
        return (execution, String(decoding: calls, as: UTF8.self).split(separator: "\n").map(String.init))
    }

    @Test func missingPackagesAreNamedAndInstalledAfterAnUpdate() throws {
        let (execution, calls) = try install(user: 0)
        #expect(execution.status == 0, "\(execution.errorText)")
        #expect(execution.errorText.contains("missing: "))
        #expect(calls.count == 2)
        #expect(calls.first?.hasSuffix("update") == true)
        #expect(calls.last?.contains("install") == true && calls.last?.contains("libharfbuzz-dev") == true)
    }

    @Test func othersThanRootInstallBySudo() throws {
        let (execution, calls) = try install(user: 1000)
        #expect(execution.status == 0, "\(execution.errorText)")
        #expect(execution.errorText.contains("sudo is used"))
        #expect(calls.filter { $0.hasPrefix("sudo ") }.count == 2)
    }

    @Test func aFailedInstallationIsAnError() throws {
        let (execution, _) = try install(user: 0, tools: ["apt-get": "exit 100"])
        #expect(execution.status != 0)
    }

    @Test func anOldSwiftIsRefused() throws {
        let (execution, calls) = try install(user: 0, tools: ["swift": "echo 'Swift version 6.1.2'"])
        #expect(execution.status == 69)
        #expect(execution.errorText.contains("6.1"))
        #expect(calls.isEmpty)
    }

    @Test func nothingIsDoneWhereNothingIsMissing() throws {
        let everything = """
            for name; do case $name in -*) ;; 'libstdc++-*-dev') echo 'installed libstdc++-12-dev' ;;
            *) echo "installed $name" ;; esac; done
            """
        let (execution, calls) = try install(user: 1000, tools: ["dpkg-query": everything])
        #expect(execution.status == 0)
        #expect(execution.output.isEmpty && execution.errors.isEmpty && calls.isEmpty)
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
