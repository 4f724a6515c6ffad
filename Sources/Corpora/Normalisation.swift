import Foundation
import Foundations

/// Which Unicode normalisation is applied to text before it is typeset.
public enum Normalisation: String, Codable, Sendable, CaseIterable {
    /// None: the text is drawn as it is written (default).
    case none
    /// Canonical composition.
    case nfc
}

/// Text without line breaks and NUL, and the offsets of the original.
public struct CleanText: Sendable, Equatable {
    /// The cleaned text, well-formed UTF-8.
    public let bytes: [UInt8]
    private let maps: [OffsetMap]

    init(bytes: [UInt8], maps: [OffsetMap] = []) {
        self.bytes = bytes
        self.maps = maps
    }

    /// Whether the text is the original, byte for byte.
    public var isUnchanged: Bool { maps.isEmpty }

    /// The byte of the original text that a byte of the cleaned text comes from. A byte inside a replacement maps to
    /// the first byte of what was replaced, the end to the end. O(log changes).
    public func originalOffset(of cleaned: Int) -> Int {
        maps.reversed().reduce(cleaned) { $1.original(of: $0) }
    }
}

/// Prepares paragraphs for typesetting.
public enum TextCleaner {
    /// Each of LF, CR, CRLF, VT, FF, NEL, U+2028 and U+2029 becomes one space, NUL becomes U+FFFD, then the
    /// normalisation is applied.
    ///
    /// `bytes` is well-formed UTF-8. Text that needs no change is returned as it is, without a copy. O(n).
    public static func clean(_ bytes: [UInt8], normalisation: Normalisation = .none) -> CleanText {
        var result = bytes
        var maps: [OffsetMap] = []
        if let first = UTF8Text.nextLineBreak(in: bytes.span, orNUL: true) {
            let (cleaned, map) = replaceBreaks(bytes, from: first.lowerBound)
            result = cleaned
            maps.append(map)
        }
        if normalisation == .nfc, let (composed, map) = compose(result) {
            result = composed
            maps.append(map)
        }
        return CleanText(bytes: result, maps: maps)
    }

    private static func replaceBreaks(_ bytes: [UInt8], from start: Int) -> ([UInt8], OffsetMap) {
        let span = bytes.span
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count + 16)
        var map = OffsetMap()
        var copied = 0
        var position = start
        while let change = UTF8Text.nextLineBreak(in: span, from: position, orNUL: true) {
            result.append(contentsOf: bytes[copied..<change.lowerBound])
            map.change(cleaned: result.count, original: change.lowerBound)
            result.append(contentsOf: bytes[change.lowerBound] == 0 ? [0xEF, 0xBF, 0xBD] : [0x20])
            copied = change.upperBound
            map.keep(cleaned: result.count, original: copied)
            position = copied
        }
        result.append(contentsOf: bytes[copied...])
        return (result, map)
    }

    /// The canonical composition; `nil` when the text is composed already.
    private static func compose(_ bytes: [UInt8]) -> ([UInt8], OffsetMap)? {
        // Below U+0300 (bytes CC 80) everything is composed.
        guard bytes.contains(where: { $0 >= 0xCC }) else { return nil }
        let text = String(decoding: bytes, as: UTF8.self)
        let whole = Array(text.precomposedStringWithCanonicalMapping.utf8)
        if whole == bytes { return nil }
        var map = OffsetMap()
        var cleaned = 0
        var original = 0
        var pieces: [UInt8] = []
        for character in text {
            let before = Array(character.utf8)
            let after = Array(String(character).precomposedStringWithCanonicalMapping.utf8)
            if before != after { map.change(cleaned: cleaned, original: original) }
            cleaned += after.count
            original += before.count
            if before != after { map.keep(cleaned: cleaned, original: original) }
            pieces.append(contentsOf: after)
        }
        if pieces == whole { return (whole, map) }
        // A composition across two clusters: the whole text is one change.
        var coarse = OffsetMap()
        coarse.change(cleaned: 0, original: 0)
        coarse.keep(cleaned: whole.count, original: bytes.count)
        return (whole, coarse)
    }
}
