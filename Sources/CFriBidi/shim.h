// FriBidi edge: bidirectional character types and embedding levels.
#ifndef LETTERPRESS_CFRIBIDI_H
#define LETTERPRESS_CFRIBIDI_H
#include <fribidi.h>

static inline int lp_bidi_is_strong(FriBidiCharType type) { return FRIBIDI_IS_STRONG(type) ? 1 : 0; }
static inline int lp_bidi_is_rtl(FriBidiCharType type) { return FRIBIDI_IS_RTL(type) ? 1 : 0; }
/// Whether a line holding this type can have a level other than 0: right-to-left letters and numbers, explicit marks.
static inline int lp_bidi_needs_levels(FriBidiCharType type) {
    return FRIBIDI_IS_RTL(type) || FRIBIDI_IS_ARABIC(type) || FRIBIDI_IS_EXPLICIT(type) || FRIBIDI_IS_ISOLATE(type);
}
static inline FriBidiParType lp_bidi_par_rtl(void) { return FRIBIDI_PAR_RTL; }
static inline FriBidiParType lp_bidi_par_ltr(void) { return FRIBIDI_PAR_LTR; }
static inline FriBidiParType lp_bidi_par_weak_ltr(void) { return FRIBIDI_PAR_WLTR; }
static inline const char *lp_bidi_version(void) { return FRIBIDI_VERSION; }
static inline const char *lp_bidi_unicode_version(void) { return FRIBIDI_UNICODE_VERSION; }
#endif
