import Foundation
import TestSupport
import Testing

@Suite struct UsageTests {
    @Test(arguments: [
        (["render"], 64), (["render", "x", "--out", "OUT", "--dpi", "ten"], 64),
        (["render", "IN", "--out", "OUT", "--dpi", "5"], 64),
        (["render", "IN", "--out", "OUT", "--preset", "pixl"], 64),
        (["render", "IN", "--out", "OUT", "--shard", "3/3"], 64),
        (["render", "IN", "--out", "OUT", "--fonts", "defalt"], 64),
        (["render", "IN", "--out", "OUT", "--zstd"], 64),
        (["render", "IN", "--out", "OUT", "--record-limit", "2147483648"], 64),
        (["preview", "x", "--text-colour", "blurple"], 64),
        (["render", "BROKEN", "--out", "OUT"], 65), (["verify", "BROKENDIR"], 65),
        (["render", "IN", "--out", "OUT", "--text-field", "nothing"], 65), (["render", "NONE", "--out", "OUT"], 66),
        (["verify", "NONE"], 66), (["inspect", "NONE"], 66),
        (["render", "IN", "--out", "OUT", "--config", "NONE"], 66),
        (["render", "IN", "--out", "OUT", "--font", "NONE"], 69), (["preview", "x", "--font", "IN"], 69),
        (["render", "IN", "--out", "FULL"], 73), (["inspect", "IN"], 64), (["corpus", "fetch", "bibel"], 64),
    ])
    func eachFailureHasItsExitCodeAndAMessage(arguments: [String], status: Int) throws {
        let fixture = try CommandFixture(lines: 3)
        try fixture.folder.write("{\"text\": \n", to: "broken.jsonl")
        try fixture.folder.write("{}", to: "broken/manifest.json")
        try fixture.folder.write("x", to: "full/x")
        let names = [
            "IN": fixture.input, "OUT": fixture.path("out"), "NONE": fixture.path("none"),
            "BROKEN": fixture.path("broken.jsonl"), "BROKENDIR": fixture.path("broken"), "FULL": fixture.path("full"),
        ]
        let run = try Execution.run(
            product: "letterpress", arguments.map { names[$0] ?? $0 },
            environment: ["LETTERPRESS_ROOT": Repository.root])
        #expect(run.status == status, "\(arguments): \(run.errorText)")
        #expect(run.errorText.count > 20 && run.output.isEmpty)
    }

    @Test func aFlagBeatsTheEnvironmentThatBeatsTheFileThatBeatsThePreset() throws {
        let fixture = try CommandFixture(lines: 1)
        let config = try fixture.folder.write(
            #"{"layout": {"max_patches": 300}, "render": {"dpi": 100, "font_size": 7}}"#, to: "c.json")
        let run = try letterpress(
            "render", "x", "--out", "y", "--print-config", "--preset", "pixel", "--config", config, "--font-size", "9",
            environment: ["LETTERPRESS_DPI": "110", "LETTERPRESS_FONT_SIZE": "8.5"])
        #expect(run.status == 0)
        let root = try #require(JSONSerialization.jsonObject(with: Data(run.output)) as? [String: [String: Any]])
        func origin(_ section: String, _ key: String) -> String {
            let entry = root[section]?[key] as? [String: Any]
            return "\(entry?["value"] ?? "nothing") from \(entry?["origin"] ?? "nowhere")"
        }
        #expect(origin("render", "font_size") == "9 from flag")
        #expect(origin("render", "dpi") == "110 from environment")
        #expect(origin("layout", "max_patches") == "300 from file \(config)")
        #expect(origin("layout", "overflow") == "truncate from preset pixel")
        #expect(origin("layout", "pad_left") == "2 from default")
        let wrong = try fixture.folder.write(#"{"layout": {"max_patch": 3}}"#, to: "d.json")
        let failed = try letterpress("render", "x", "--out", "y", "--config", wrong)
        #expect(failed.status == 65 && failed.errorText.contains("layout.max_patch (near: max_patches)"))
    }

    @Test func everyCommandHelpsWithTwoExamples() throws {
        for command in [
            [], ["render"], ["preview"], ["inspect"], ["verify"], ["fonts"], ["fonts", "list"], ["fonts", "check"],
            ["fonts", "export"],
            ["corpus"], ["corpus", "list"], ["corpus", "fetch"], ["zoo"], ["zoo", "list"], ["zoo", "describe"],
            ["tasks"], ["tasks", "list"], ["tasks", "describe"], ["tasks", "validate"], ["tasks", "init"], ["predict"],
            ["generate"],
            ["generate", "text"], ["generate", "pixels"],
        ] {
            let run = try Execution.run(product: "letterpress", command + ["--help"])
            #expect(run.status == 0)
            let examples = run.text.components(separatedBy: "EXAMPLES").last ?? ""
            let lines = examples.split(separator: "\n").prefix { !$0.hasPrefix("USAGE") }
            #expect(lines.count { $0.contains("letterpress \(command.joined(separator: " "))") } >= 2, "\(command)")
        }
    }

    @Test func everyOptionOfTheLibrariesHasASetting() throws {
        let run = try letterpress("render", "x", "--out", "y", "--print-config")
        let root = try #require(JSONSerialization.jsonObject(with: Data(run.output)) as? [String: [String: Any]])
        let fixture = try CommandFixture(lines: 1)
        for (section, keys) in root where section != "run" && section != "fonts" {
            for (key, entry) in keys {
                let value = try #require((entry as? [String: Any])?["value"])
                let data = try JSONSerialization.data(withJSONObject: [section: [key: value]])
                let config = try fixture.folder.write(Array(data), to: "c.json")
                let again = try letterpress("render", "x", "--out", "y", "--print-config", "--config", config)
                #expect(again.status == 0, "\(section).\(key): \(again.errorText)")
            }
        }
    }
}
