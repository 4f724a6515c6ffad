// FriBidi edge: bidirectional character types and embedding levels.
#ifndef LETTERPRESS_CFRIBIDI_H
#define LETTERPRESS_CFRIBIDI_H
#include <stdint.h>
#include <fribidi.h>

static inline uint32_t lp_bidi_type(uint32_t scalar) { return (uint32_t)fribidi_get_bidi_type(scalar); }
static inline int lp_bidi_is_strong(uint32_t type) { return FRIBIDI_IS_STRONG(type) ? 1 : 0; }
static inline int lp_bidi_is_rtl(uint32_t type) { return FRIBIDI_IS_RTL(type) ? 1 : 0; }
/// Whether a line holding this type can have a level other than 0: right-to-left letters and numbers, explicit marks.
static inline int lp_bidi_needs_levels(uint32_t type) {
    return FRIBIDI_IS_RTL(type) || FRIBIDI_IS_ARABIC(type) || FRIBIDI_IS_EXPLICIT(type) || FRIBIDI_IS_ISOLATE(type);
}
static inline FriBidiParType lp_bidi_par_rtl(void) { return FRIBIDI_PAR_RTL; }
static inline FriBidiParType lp_bidi_par_ltr(void) { return FRIBIDI_PAR_LTR; }
static inline FriBidiParType lp_bidi_par_weak_ltr(void) { return FRIBIDI_PAR_WLTR; }
/// Levels of a paragraph from its types. Returns 0 when FriBidi gives up. The types are read as FriBidiCharType.
static inline int lp_bidi_levels(
    const uint32_t *scalars, const uint32_t *types, int32_t count, FriBidiParType base, FriBidiBracketType *brackets,
    FriBidiLevel *levels) {
    const FriBidiCharType *bidi = (const FriBidiCharType *)types;
    fribidi_get_bracket_types(scalars, count, bidi, brackets);
    return fribidi_get_par_embedding_levels_ex(bidi, brackets, count, &base, levels);
}
static inline const char *lp_bidi_version(void) { return FRIBIDI_VERSION; }
static inline const char *lp_bidi_unicode_version(void) { return FRIBIDI_UNICODE_VERSION; }
#endif
