// SIMD loops over patch-major pixels. Patch p, row r, column c of a canvas with side P stands at ((p * P) + r) * P + c.
#ifndef LETTERPRESS_CKERNELS_H
#define LETTERPRESS_CKERNELS_H
#include <stddef.h>
#include <stdint.h>

#include "CNumbers.h"
#include "CPool.h"
#include "CProducts.h"

/// Bytes that must be readable before the first and after the last byte of a picture handed to lp_press.
#define LP_PRESS_GUARD 16

/// canvas -= picture, saturating at 0, where both overlap.
/// canvas: [count][side][side], gray, background 255. picture: [rows][width] coverage, rows `stride` bytes apart.
/// x, y: place of the picture's top left corner in canvas pixels; anything outside the canvas is clipped.
void lp_press(
    uint8_t *canvas, int32_t side, int32_t count, const uint8_t *picture, int32_t stride, int32_t width, int32_t rows,
    int32_t x, int32_t y);

/// picture += glyph, saturating at 255. Both are row-major coverage; the glyph lies inside the picture.
void lp_add(uint8_t *picture, int32_t picture_stride, const uint8_t *glyph, int32_t stride, int32_t width, int32_t rows);

/// under = over * under / 255, rounded as Cairo does: u = over * under + 128; (u + (u >> 8)) >> 8.
void lp_multiply(uint8_t *under, const uint8_t *over, size_t count);

/// rgb[3 i + k] = gray[i].
void lp_gray_to_rgb(uint8_t *rgb, const uint8_t *gray, size_t count);

/// gray[i] = luma of rgb[3 i ...], ITU-R 601 in 16-bit fixed point: (19595 r + 38470 g + 7471 b + 32768) >> 16.
void lp_rgb_to_gray(uint8_t *gray, const uint8_t *rgb, size_t count);

/// pixels[i] = pixels[i] < 128 ? 0 : 255.
void lp_threshold(uint8_t *pixels, size_t count);

/// rgb[3 i + k] = ink[k] + (paper[k] - ink[k]) * gray[i] / 255, rounded to nearest.
void lp_tint(uint8_t *rgb, const uint8_t *gray, size_t count, const uint8_t ink[3], const uint8_t paper[3]);

/// Patch-major [count][side][side][channels] to row-major [side][count * side][channels].
void lp_patches_to_strip(uint8_t *strip, const uint8_t *patches, int32_t side, int32_t count, int32_t channels);

/// Row-major [side][count * side][channels] to patch-major [count][side][side][channels].
void lp_strip_to_patches(uint8_t *patches, const uint8_t *strip, int32_t side, int32_t count, int32_t channels);

#endif
