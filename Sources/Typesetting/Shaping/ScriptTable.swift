internal import CHarfBuzz

/// Scripts of characters, from the same source as everything that is typeset: HarfBuzz.
public enum ScriptTable {
    /// The ISO 15924 code of a code point's script, as `Latn`; `Zyyy` where it belongs to many, `Zinh` where it takes the
    /// script of what stands before, `Zzzz` where HarfBuzz knows none.
    public static func code(of scalar: UInt32) -> String {
        unsafe ISO15924.name(hb_unicode_script(hb_unicode_funcs_get_default(), scalar).rawValue)
    }
}
