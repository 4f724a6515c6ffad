// HarfBuzz edge: shaping, Unicode properties, baseline tables.
#ifndef LETTERPRESS_CHARFBUZZ_H
#define LETTERPRESS_CHARFBUZZ_H
#include <stddef.h>
#include <hb.h>
#include <hb-ot.h>

/// Shapes with HarfBuzz's own OpenType shaper only, so that HB_SHAPER_LIST in the environment has no say.
static inline int lp_hb_shape(hb_font_t *font, hb_buffer_t *buffer) {
    static const char *const shapers[] = {"ot", NULL};
    return hb_shape_full(font, buffer, NULL, 0, shapers);
}
static inline int lp_hb_unsafe_to_break(const hb_glyph_info_t *info) {
    return (hb_glyph_info_get_glyph_flags(info) & HB_GLYPH_FLAG_UNSAFE_TO_BREAK) != 0;
}
#endif
