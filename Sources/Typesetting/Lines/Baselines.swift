internal import CHarfBuzz

/// Which horizontal baseline a script stands on.
enum Baselines {
    static func tag(ofScript script: UInt32) -> hb_ot_layout_baseline_tag_t {
        hb_ot_layout_get_horizontal_baseline_tag_for_script(hb_script_t(rawValue: script))
    }
}
