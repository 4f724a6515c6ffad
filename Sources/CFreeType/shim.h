// FreeType edge: the calls and macros that Typesetting needs, nothing else.
#ifndef LETTERPRESS_CFREETYPE_H
#define LETTERPRESS_CFREETYPE_H
#include <stdlib.h>
#include <ft2build.h>
#include FT_FREETYPE_H
#include FT_MODULE_H
#include FT_BITMAP_H
#include FT_SIZES_H
#include FT_SYSTEM_H

static void *lp_ft_alloc(FT_Memory memory, long size) { (void)memory; return malloc((size_t)size); }
static void lp_ft_free(FT_Memory memory, void *block) { (void)memory; free(block); }
static void *lp_ft_realloc(FT_Memory memory, long old_size, long new_size, void *block) {
    (void)memory; (void)old_size; return realloc(block, (size_t)new_size);
}
static struct FT_MemoryRec_ lp_ft_memory = {NULL, lp_ft_alloc, lp_ft_free, lp_ft_realloc};

/// A library that reads no environment variable (FT_Init_FreeType would read FREETYPE_PROPERTIES).
static inline FT_Error lp_ft_library(FT_Library *library) {
    FT_Error error = FT_New_Library(&lp_ft_memory, library);
    if (!error) FT_Add_Default_Modules(*library);
    return error;
}
static inline FT_Int32 lp_ft_load_light(void) { return FT_LOAD_TARGET_LIGHT; }
static inline FT_Int32 lp_ft_load_native(void) { return FT_LOAD_DEFAULT; }
static inline FT_Int32 lp_ft_load_unhinted(void) { return FT_LOAD_NO_HINTING; }
static inline FT_Int32 lp_ft_load_colour(void) { return FT_LOAD_COLOR; }
static inline int lp_ft_is_scalable(FT_Face face) { return FT_IS_SCALABLE(face) ? 1 : 0; }
static inline int lp_ft_has_strikes(FT_Face face) { return FT_HAS_FIXED_SIZES(face) ? 1 : 0; }
static inline int lp_ft_is_gray(const FT_Bitmap *bitmap) { return bitmap->pixel_mode == FT_PIXEL_MODE_GRAY; }
static inline int lp_ft_is_mono(const FT_Bitmap *bitmap) { return bitmap->pixel_mode == FT_PIXEL_MODE_MONO; }
static inline int lp_ft_is_bgra(const FT_Bitmap *bitmap) { return bitmap->pixel_mode == FT_PIXEL_MODE_BGRA; }
#endif
