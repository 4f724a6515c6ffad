/// Words side by side on the patches of a sequence.
protocol PatchRow {
    /// The words from the first to the last in the text.
    var runs: [TextRun] { get }
    /// The patch behind them; a row without words leaves one patch white.
    var end: Int { get }
    /// Draws the words on the renderer's canvas. Their spans, where they are wanted.
    func draw(on renderer: PatchRenderer, _ report: inout RenderReport) throws -> [PatchSpan]?
}

/// Words of one text that wait for patches.
protocol RowQueue {
    associatedtype Row: PatchRow
    /// True if nothing waits.
    var isEmpty: Bool { get }
    /// Words and parts of words taken so far, those shown again not counted.
    var taken: Int { get }
    /// Pixels before the first word.
    func padding(_ renderer: PatchRenderer) -> Int

    /// Takes the words that the patches hold. Where not one fits, part of one is taken all the same unless `isStrict`.
    mutating func fill(
        _ renderer: PatchRenderer, _ patches: Range<Int>, _ overflow: LayoutOptions.Overflow, isStrict: Bool,
        _ report: inout RenderReport
    ) throws -> Row

    /// Puts the last words of a row back that take `patches` patches at most.
    mutating func repeatEnd(of row: Row, patches: Int)
}
