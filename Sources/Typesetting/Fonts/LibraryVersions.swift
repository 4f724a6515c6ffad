internal import CFreeType
internal import CFriBidi
internal import CHarfBuzz

/// Versions of what decides pixels; they travel with every artefact.
public enum LibraryVersions {
    /// Library name to version, as the loaded libraries report themselves.
    public static var all: [String: String] {
        var library: FT_Library?
        var freeType = "unknown"
        if unsafe lp_ft_library(&library) == 0, let library = unsafe library {
            var major: Int32 = 0
            var minor: Int32 = 0
            var patch: Int32 = 0
            unsafe FT_Library_Version(library, &major, &minor, &patch)
            freeType = "\(major).\(minor).\(patch)"
            unsafe FT_Done_Library(library)
        }
        return [
            "freetype": freeType,
            "harfbuzz": unsafe String(cString: hb_version_string()),
            "fribidi": unsafe String(cString: lp_bidi_version()),
            "fribidi_unicode": unsafe String(cString: lp_bidi_unicode_version()),
        ]
    }
}
