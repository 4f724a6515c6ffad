extension JSONText {
    /// `{"segment":0,"utf8":[0,12]}`: which bytes of which text; `last_segment` only where words follow one another.
    mutating func span(_ span: SourceSpan) {
        object {
            if span.lastSegment != span.segment { $0.add("last_segment", span.lastSegment) }
            $0.add("segment", span.segment)
            $0.add("utf8", [span.utf8.lowerBound, span.utf8.upperBound])
        }
    }

    /// `[patch, segment, first byte, byte after the last, first scalar, scalar after the last]`.
    mutating func span(_ span: PatchSpan) {
        integers([
            span.patch, span.segment, span.utf8.lowerBound, span.utf8.upperBound, span.scalars.lowerBound,
            span.scalars.upperBound,
        ])
    }

    /// `[start, end]`.
    mutating func pair(_ pair: CharacterPair) { integers([pair.start, pair.end]) }

    private mutating func integers(_ values: [Int]) {
        list(values) { text, value in text.number(value) }
    }
}
