#include "CKernels.h"
#include <string.h>

#if defined(__x86_64__) && defined(__clang__) && defined(__linux__)
#define LP_CLONES __attribute__((target_clones("avx512bw", "avx2", "default")))
#else
#define LP_CLONES
#endif

typedef uint8_t lp_v16 __attribute__((vector_size(16)));

static inline int32_t lp_min(int32_t a, int32_t b) { return a < b ? a : b; }
static inline int32_t lp_max(int32_t a, int32_t b) { return a > b ? a : b; }

// One block of 16 columns: `valid` masks the lanes that belong to the picture; the others may hold its neighbours.
static inline void lp_press_block(
    uint8_t *restrict target, const uint8_t *restrict source, int32_t stride, int32_t rows, lp_v16 valid) {
    for (int32_t r = 0; r < rows; r++) {
        lp_v16 ink, paper;
        memcpy(&ink, source + (ptrdiff_t)r * stride, 16);
        memcpy(&paper, target + 16 * r, 16);
        ink &= valid;
        paper = paper - __builtin_elementwise_min(paper, ink);
        memcpy(target + 16 * r, &paper, 16);
    }
}

static void lp_press_16(
    uint8_t *canvas, const uint8_t *picture, int32_t stride, int32_t first, int32_t end, int32_t rows, int32_t x,
    int32_t top) {
    static const uint8_t edge[48] = {[16 ... 31] = 255};
    for (int32_t block = first >> 4; block <= (end - 1) >> 4; block++) {
        int32_t column = block * 16;
        int32_t low = lp_max(first - column, 0), high = lp_min(end - column, 16);
        lp_v16 from, until;
        memcpy(&from, edge + 16 - low, 16);    // 255 from lane `low` on
        memcpy(&until, edge + 32 - high, 16);  // 255 below lane `high`
        lp_press_block(canvas + (ptrdiff_t)block * 256 + 16 * top, picture + (column - x), stride, rows, from & until);
    }
}

void lp_press(
    uint8_t *canvas, int32_t side, int32_t count, const uint8_t *picture, int32_t stride, int32_t width, int32_t rows,
    int32_t x, int32_t y) {
    int32_t first = lp_max(x, 0), end = lp_min(x + width, side * count);
    int32_t top = lp_max(y, 0), bottom = lp_min(y + rows, side);
    if (first >= end || top >= bottom) return;
    const uint8_t *source = picture + (ptrdiff_t)(top - y) * stride;
    if (side == 16) {
        lp_press_16(canvas, source, stride, first, end, bottom - top, x, top);
        return;
    }
    for (int32_t r = top; r < bottom; r++, source += stride) {
        for (int32_t c = first; c < end; c++) {
            uint8_t *pixel = canvas + ((ptrdiff_t)(c / side) * side + r) * side + c % side;
            uint8_t ink = source[c - x];
            *pixel = *pixel > ink ? *pixel - ink : 0;
        }
    }
}

void lp_add(
    uint8_t *picture, int32_t picture_stride, const uint8_t *glyph, int32_t stride, int32_t width, int32_t rows) {
    for (int32_t r = 0; r < rows; r++, picture += picture_stride, glyph += stride) {
        for (int32_t c = 0; c < width; c++) {
            unsigned sum = (unsigned)picture[c] + glyph[c];
            picture[c] = sum > 255 ? 255 : (uint8_t)sum;
        }
    }
}

LP_CLONES void lp_multiply(uint8_t *restrict under, const uint8_t *restrict over, size_t count) {
    for (size_t i = 0; i < count; i++) {
        unsigned u = (unsigned)over[i] * under[i] + 128;
        under[i] = (uint8_t)((u + (u >> 8)) >> 8);
    }
}

LP_CLONES void lp_gray_to_rgb(uint8_t *restrict rgb, const uint8_t *restrict gray, size_t count) {
    size_t i = 0;
    for (; i + 16 <= count; i += 16) {
        lp_v16 in, out;
        memcpy(&in, gray + i, 16);
        out = __builtin_shufflevector(in, in, 0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5);
        memcpy(rgb + 3 * i, &out, 16);
        out = __builtin_shufflevector(in, in, 5, 5, 6, 6, 6, 7, 7, 7, 8, 8, 8, 9, 9, 9, 10, 10);
        memcpy(rgb + 3 * i + 16, &out, 16);
        out = __builtin_shufflevector(in, in, 10, 11, 11, 11, 12, 12, 12, 13, 13, 13, 14, 14, 14, 15, 15, 15);
        memcpy(rgb + 3 * i + 32, &out, 16);
    }
    for (; i < count; i++) rgb[3 * i] = rgb[3 * i + 1] = rgb[3 * i + 2] = gray[i];
}

LP_CLONES void lp_rgb_to_gray(uint8_t *restrict gray, const uint8_t *restrict rgb, size_t count) {
    for (size_t i = 0; i < count; i++) {
        uint32_t sum = 19595u * rgb[3 * i] + 38470u * rgb[3 * i + 1] + 7471u * rgb[3 * i + 2] + 32768u;
        gray[i] = (uint8_t)(sum >> 16);
    }
}

void lp_threshold(uint8_t *pixels, size_t count) {
    for (size_t i = 0; i < count; i++) pixels[i] = pixels[i] < 128 ? 0 : 255;
}

void lp_tint(
    uint8_t *restrict rgb, const uint8_t *restrict gray, size_t count, const uint8_t ink[3], const uint8_t paper[3]) {
    for (size_t i = 0; i < count; i++) {
        for (int k = 0; k < 3; k++) {
            int32_t sum = ink[k] * (255 - gray[i]) + paper[k] * gray[i];
            rgb[3 * i + k] = (uint8_t)((sum + 127) / 255);
        }
    }
}

void lp_patches_to_strip(uint8_t *strip, const uint8_t *patches, int32_t side, int32_t count, int32_t channels) {
    size_t row = (size_t)side * channels;
    for (int32_t p = 0; p < count; p++)
        for (int32_t r = 0; r < side; r++)
            memcpy(strip + ((size_t)r * count + p) * row, patches + ((size_t)p * side + r) * row, row);
}

void lp_strip_to_patches(uint8_t *patches, const uint8_t *strip, int32_t side, int32_t count, int32_t channels) {
    size_t row = (size_t)side * channels;
    for (int32_t p = 0; p < count; p++)
        for (int32_t r = 0; r < side; r++)
            memcpy(patches + ((size_t)p * side + r) * row, strip + ((size_t)r * count + p) * row, row);
}
