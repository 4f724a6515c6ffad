internal import CFriBidi

/// Direction of a paragraph, or how to find it.
public enum BaseDirection: String, Codable, Sendable, CaseIterable {
    /// The first strong character decides; left to right when there is none.
    case auto
    /// Left to right.
    case leftToRight = "ltr"
    /// Right to left.
    case rightToLeft = "rtl"
}

/// Questions about bidirectional character types (FriBidi's tables).
public enum BidiClass {
    /// Whether the character is strongly right-to-left: a Hebrew or Arabic letter, for instance.
    public static func isStrongRTL(_ scalar: UInt32) -> Bool {
        let type = lp_bidi_type(scalar)
        return lp_bidi_is_strong(type) != 0 && lp_bidi_is_rtl(type) != 0
    }
}

/// Embedding levels of a paragraph by the Unicode bidirectional algorithm, UAX 9, as FriBidi computes it.
enum BidiLevels {
    /// Whether the paragraph runs right to left.
    ///
    /// By Pango's rule the first character with a strong type decides, explicit marks included.
    static func isRightToLeft(_ infos: [ScalarInfo], _ direction: BaseDirection) -> Bool {
        switch direction {
        case .leftToRight: return false
        case .rightToLeft: return true
        case .auto:
            let strong = infos.first { lp_bidi_is_strong($0.bidi) != 0 }
            return strong.map { lp_bidi_is_rtl($0.bidi) != 0 } ?? false
        }
    }

    /// One level a character. Complexity: linear.
    static func resolve(
        _ scalars: [UInt32], _ infos: [ScalarInfo], _ direction: BaseDirection
    ) throws(TypesettingError) -> [UInt8] {
        let types = infos.map(\.bidi)
        var brackets = [FriBidiBracketType](repeating: 0, count: scalars.count)
        var levels = [FriBidiLevel](repeating: 0, count: scalars.count)
        var base = lp_bidi_par_weak_ltr()
        switch direction {
        case .leftToRight: base = lp_bidi_par_ltr()
        case .rightToLeft: base = lp_bidi_par_rtl()
        case .auto:
            if infos.contains(where: { lp_bidi_is_strong($0.bidi) != 0 }) {
                base = isRightToLeft(infos, .auto) ? lp_bidi_par_rtl() : lp_bidi_par_ltr()
            }
        }
        guard unsafe lp_bidi_levels(scalars, types, Int32(scalars.count), base, &brackets, &levels) != 0 else {
            throw .library(name: "FriBidi", call: "fribidi_get_par_embedding_levels_ex", code: 0)
        }
        return levels.map { UInt8(bitPattern: max(0, $0)) }
    }
}
