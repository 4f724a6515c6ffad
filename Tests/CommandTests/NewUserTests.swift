import Foundation
import Foundations
import TestSupport
import Testing

/// What a new user types before knowing better, and what the command answers.
@Suite struct NewUserTests {
    @Test(arguments: ["--version", "-V"]) func theVersionNamesTheLibraries(_ flag: String) throws {
        let run = try letterpress(flag)
        #expect(run.status == 0 && run.errorText.isEmpty)
        #expect(run.text.hasPrefix("letterpress 0.") && run.text.contains("harfbuzz") && run.text.contains("freetype"))
    }

    /// Names of other programs and slips of the keyboard, whatever else the command lacks.
    @Test(arguments: [
        (["pretrian"], "near: pretrain"), (["train"], "near: pretrain"), (["eval"], "near: evaluate"),
        (["zoo", "lst"], "near: list"), (["generate", "txt"], "near: text"),
        (["pretrain", "--batch-size", "3"], "near: --batch"), (["pretrain", "--epochs", "3"], "near: --steps"),
        (["pretrain", "--max-steps=3"], "near: --steps"), (["pretrain", "--output-dir", "x"], "near: --out"),
        (["pretrain", "--warmup", "3"], "near: --warm-up"),
        (["finetune", "--num-train-epochs", "3"], "near: --epochs"),
        (["finetune", "--learning_rate", "3"], "near: --learning-rate"),
        (["generate", "--modle", "x"], "near: --model"),
        (["evaluate", "--task", "x"], "near: --tasks"), (["score", "--modle", "x", "book.txt"], "near: --model"),
        (["render", "--max-length", "9"], "near: --max-patches"),
        (["generate", "--max-tokens", "9"], "near: --max-new-tokens"),
    ])
    func unknownNamesHaveTheirNearOnes(_ arguments: [String], _ advice: String) throws {
        let run = try Execution.run(product: "letterpress", arguments)
        #expect(run.status == 64 && run.output.isEmpty)
        #expect(run.errorText.contains(advice) && run.errorText.contains("--help'"), "\(arguments): \(run.errorText)")
    }

    /// Arguments that begin like flags, and texts, are no flags.
    @Test func whatIsNoFlagIsNotTakenForOne() throws {
        let folder = try TemporaryFolder()
        let run = try letterpress("preview", "-o", folder.file("a.png"), "--", "--batch-size 3")
        #expect(run.status == 0, "\(run.errorText)")
    }

    @Test func settingsMayBeYAML() throws {
        let folder = try TemporaryFolder()
        let yaml = try folder.write(
            """
            # Of a run.
            pretrain: {learning_rate: 3e-4, steps: 20, pin: [5, 10], mix: "1:1:0"}
            render:
              font_size: 9
              text_colour: '#102030'
            """, to: "c.yaml")
        let json = try folder.write(
            #"{"pretrain": {"learning_rate": 3e-4, "steps": 20, "pin": [5, 10], "mix": "1:1:0"}, "#
                + ##""render": {"font_size": 9, "text_colour": "#102030"}}"##, to: "c.json")
        let (one, other) = try (
            letterpress("pretrain", "--print-config", "--config", yaml),
            letterpress("pretrain", "--print-config", "--config", json)
        )
        #expect(one.status == 0 && one.text.replacing("c.yaml", with: "c.json") == other.text, "\(one.errorText)")
        for (text, word) in [
            ("pretrain:\n  lr: 1\n", "near: learning_rate"), ("pretrain:\n  batch_size: 1\n", "near: batch"),
            ("a: [1\nb: 2\n", "c.yaml"), ("pretrain: {steps: 1}\npretrain: {steps: 2}\n", "pretrain"),
            ("pretrain: 3\n", "pretrain must be keys with values"), ("- 1\n", "an object with the sections"),
            ("pretrain:\n  steps: .inf\n", "put it in quotes"),
        ] {
            try folder.write(text, to: "c.yaml")
            let run = try letterpress("pretrain", "--print-config", "--config", yaml)
            #expect(run.status == 65 && run.errorText.contains(word), "\(text): \(run.errorText)")
        }
    }

    @Test func presetsOfTheZooHaveOneSpelling() throws {
        let plain = try letterpress("pretrain", "--print-config", "--preset", "pixelgpt/tiny")
        #expect(
            try plain.status == 0
                && plain.text == letterpress("pretrain", "--print-config", "--preset", "pixelgpt-tiny").text)
        let listed = try letterpress("zoo", "list").text
        let refused = try letterpress("pretrain", "--print-config", "--preset", "nothing").errorText
        let presets = refused.split(separator: ": ").last?.split(separator: ", ") ?? []
        #expect(presets.count == 12)
        for preset in presets { #expect(listed.contains(preset.trimmingCharacters(in: .newlines)), "\(preset)") }
    }

    /// What could never be done is refused before anything is read.
    @Test func whatNoMachineHoldsIsRefusedAtOnce() throws {
        let fixture = try PretrainFixture()
        let batch = try fixture.run(fixture.arguments("run", ["--steps", "2", "--batch", "1000000"]))
        #expect(batch.status == 64 && batch.errorText.contains("--micro-batch"), "\(batch.errorText)")
        let root = try fixture.run(["pretrain", "--model", fixture.shape, "--data", "/", "--out", fixture.path("x")])
        #expect(root.status == 66 && root.errorText.contains("whole file system"))
    }

    /// A first step that never ends says that it is waited for.
    @Test func aLongWaitSaysWhatFor() throws {
        let fixture = try PretrainFixture()
        let arguments = fixture.arguments("run", ["--steps", "2", "--micro-batch", "8", "--eval-every", "0"])
        let run = try fixture.run(arguments + ["--batch", "1000000"], limit: 12)
        #expect(run.status == -9 && run.errorText.contains("the first step …"), "\(run.errorText)")
    }

    /// Every flag that takes a value tells its default, or that it must be given, or that it may be repeated.
    @Test func everyOptionTellsItsDefault() throws {
        let dump = try JSONValue.parse(letterpress("--experimental-dump-help").output)
        var options = 0
        func visit(_ command: JSONValue, _ path: String) {
            guard case .string(let name)? = command["commandName"] else { return }
            if case .array(let arguments)? = command["arguments"] {
                for argument in arguments where argument["kind"] == .string("option") {
                    options += 1
                    guard case .string(let flag)? = argument["preferredName"]?["name"] else { continue }
                    var text = ""
                    if case .string(let abstract)? = argument["abstract"] { text = abstract }
                    let isRequired = argument["isOptional"] == .bool(false)
                    let isRepeated = argument["isRepeating"] == .bool(true)
                    #expect(
                        isRequired || isRepeated || argument["defaultValue"] != nil || text.contains("("),
                        "\(path) \(name) --\(flag): \(text)")
                }
            }
            if case .array(let subcommands)? = command["subcommands"] {
                for subcommand in subcommands { visit(subcommand, "\(path) \(name)") }
            }
        }
        visit(dump["command"] ?? .null, "")
        #expect(options > 200)
    }
}
