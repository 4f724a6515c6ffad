import Tensors
import Testing

@testable import ZooKit

@Suite struct StopTextTests {
    /// Text in pieces of drawn lengths; what comes out, joined.
    private func run(_ text: String, _ stops: [String], seed: Int) -> (text: String, hasStopped: Bool) {
        var stop = StopText(stops)
        let key = RandomKey(seed: UInt64(seed))
        var rest = Array(text.unicodeScalars)[...]
        var out = ""
        var draw = 0
        while !rest.isEmpty {
            let count = 1 + Int(key.uniform(at: draw) * 4)
            draw += 1
            var piece = String.UnicodeScalarView()
            piece.append(contentsOf: rest.prefix(count))
            rest = rest.dropFirst(count)
            out += stop.add(String(piece))
        }
        return (out + stop.finish(), stop.hasStopped)
    }

    @Test(arguments: [
        ("one two three", ["two"], "one ", true), ("one two three", ["four"], "one two three", false),
        ("aaab aab", ["aab"], "a", true), ("abcabd", ["abd", "bca"], "a", true), ("abcabd", ["d", "abd"], "abc", true),
        ("xé€😀y", ["€😀"], "xé", true), ("xé€", ["€😀"], "xé€", false), ("ends here", ["here and"], "ends here", false),
        ("", ["a"], "", false), ("line\n\nnext", ["\n\n"], "line", true), ("e\u{301}", ["\u{301}"], "e", true),
    ]) func textIsCutAtTheFirstStop(_ text: String, _ stops: [String], _ expected: String, _ hasStopped: Bool) {
        for seed in 0..<20 {
            let got = run(text, stops, seed: seed)
            #expect(Array(got.text.utf8) == Array(expected.utf8) && got.hasStopped == hasStopped)
        }
    }

    /// What may be a beginning waits, and no more than that.
    @Test func onlyBeginningsAreHeldBack() {
        var stop = StopText(["stop", "top hat"])
        #expect(stop.add("a st") == "a ")
        #expect(stop.add("ill") == "still")
        #expect(stop.add("s sto") == "s ")
        #expect(stop.add("w to") == "stow ")
        #expect(stop.add("p ha") == "")
        #expect(stop.finish() == "top ha" && !stop.hasStopped)
        #expect(stop.add("stop") == "" && stop.hasStopped)
        #expect(stop.add("more") == "" && stop.finish() == "")
    }
}
