import Reports
import Testing

/// Tables of texts.
@Suite struct TextTableTests {
    @Test func namesStandAtTheLeftAndNumbersAtTheRight() {
        let rows = [["part", "count"], ["model", "1"], ["layers (each)", "12"]]
        #expect(TextTable.lines(rows) == ["part           count", "model              1", "layers (each)     12"])
        #expect(TextTable.lines([["a", "bc", "1"], ["def", "g", "22"]], names: 2) == ["a    bc   1", "def  g   22"])
    }

    @Test func rowsMayDifferInLength() {
        #expect(
            TextTable.lines([["a"], ["b", "long"], [], ["c", "d", "e"]], names: 3) == [
                "a", "b  long", "", "c  d     e",
            ])
        #expect(TextTable.lines([]).isEmpty)
    }

    @Test func linesHaveNoBlanksAtTheirEnd() {
        #expect(TextTable.lines([["name", "what it is"], ["x", ""]], names: 2) == ["name  what it is", "x"])
    }
}
