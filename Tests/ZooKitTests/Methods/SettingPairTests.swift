import Foundations
import Tensors
import Testing

@testable import ZooKit

/// Settings as they are written on a command line.
@Suite struct SettingPairTests {
    private struct Config: DefaultFilled, Equatable {
        var base: String?
        var name = "x"
        var targets: [String] = []
        var ratio = 0.5
        var count = 1
        var isDone = false
    }

    private func decode(_ text: String) throws -> Config {
        try SettingPairs.decode(Config.self, [SettingPairs.values(text, source: "s")], source: "s")
    }

    @Test func commasWithinBracketsAndQuotesPartNothing() throws {
        let found = try decode(#"targets=["q_proj","v_proj"],ratio=0.25,name="a,b]\",c",count=3"#)
        #expect(found.targets == ["q_proj", "v_proj"] && found.ratio == 0.25)
        #expect(found.name == #"a,b]",c"# && found.count == 3)
        let nested = try SettingPairs.values(#"a={"b":[1,2],"c":"}"},d=[[1,2],[3]],e=x"#, source: "s")
        #expect(nested.keys.sorted() == ["a", "d", "e"] && nested["a"]?["c"] == .string("}"))
        #expect(throws: ConfigError.self) { try SettingPairs.values("a=1,b", source: "s") }
        #expect(try SettingPairs.values("", source: "s").isEmpty)
    }

    @Test(arguments: ["2024", "1.10", "1e3", "true", "-0"]) func aTextMayLookLikeANumber(_ text: String) throws {
        let found = try decode("base=\(text),name=\(text)")
        #expect(found.base == text && found.name == text)
    }

    @Test func otherSettingsStayStrict() throws {
        #expect(try decode("ratio=1e-1,count=7,isDone=true") == Config(ratio: 0.1, count: 7, isDone: true))
        for text in ["count=x", "count=1.5", "ratio=true", "isDone=1", "name=[1]", "targets=[1]"] {
            #expect(throws: ConfigError.self) { try decode(text) }
        }
        // A file spells texts as texts.
        #expect(throws: ConfigError.self) {
            try SettingPairs.decode(Config.self, [["base": .integer(2024)], ["count": .integer(3)]], source: "s")
        }
    }
}
