import Reports

extension ReportAxis {
    /// The axis that all panels of a drawing share: it holds all values with their spreads; nil if none is finite. Shares are per
    /// cent, and stay within 0 and 100 unless they are correlations below it.
    init?(_ cells: [ResultTable.Cell], isShare: Bool) {
        let finite = cells.filter(\.value.isFinite)
        let values = finite.flatMap { [$0.value - ($0.spread ?? 0), $0.value + ($0.spread ?? 0)] }.filter(\.isFinite)
        let (least, greatest) = (finite.map(\.value).min() ?? 0, finite.map(\.value).max() ?? 0)
        guard let bottom = values.min(), let top = values.max() else { return nil }
        if !isShare, least > 0, top / least > 20 {
            self = .rounded(low: max(bottom, least / 2), high: top, isLogarithmic: true)
            return
        }
        let room = top > bottom ? 0 : isShare ? 5 : max(abs(top) * 0.05, 0.5)
        // What no value can reach is not drawn.
        self = .rounded(
            low: isShare && least >= 0 ? max(0, bottom - room) : bottom - room,
            high: isShare && greatest <= 100 ? min(100, top + room) : top + room)
    }
}
