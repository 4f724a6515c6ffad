// Parts of loops over rows of numbers: a row is taken in tiles of singles that stay in the innermost cache; tiles of other
// types are converted on their way in and out.
#ifndef LETTERPRESS_NUMBERS_H
#define LETTERPRESS_NUMBERS_H
#include "CNumbers.h"
#include <string.h>

#if defined(__x86_64__) && defined(__clang__) && defined(__linux__)
#define LP_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define LP_CLONES
#endif

#define LP_INLINE static inline __attribute__((always_inline))
// Numbers at different places never overlap, whatever the compiler can prove.
#define LP_VECTOR _Pragma("clang loop vectorize(assume_safety) interleave(enable)")
#define LP_EACH(i, n) LP_VECTOR for (size_t i = 0; i < (n); i++)

enum { LP_TILE = 512 };
typedef float lp_tile[LP_TILE] __attribute__((aligned(64)));

// for each row `r` of `area` and each tile of it: `n` columns from column `c` on.
#define LP_ROWS(area, r) for (size_t r = (area).row; r < (area).rowEnd; r++)
#define LP_SPAN(begin, end, c, n) \
    for (size_t c = (begin), n; c < (end) && (n = (end) - c < LP_TILE ? (end) - c : LP_TILE); c += n)
#define LP_TILES(area, r, c, n) LP_ROWS(area, r) LP_SPAN((area).column, (area).columnEnd, c, n)

// MARK: bfloat16

LP_INLINE uint32_t lp_bits(float x) {
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

LP_INLINE float lp_single(uint32_t bits) {
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

LP_INLINE float lp_widen(uint16_t half) { return lp_single((uint32_t)half << 16); }

// To nearest, ties to even; a NaN stays one.
LP_INLINE uint16_t lp_narrow(float x) {
    uint32_t bits = lp_bits(x), rounded = bits + 0x7FFF + ((bits >> 16) & 1), quiet = bits | 0x400000;
    return (uint16_t)(((bits & 0x7FFFFFFF) > 0x7F800000 ? quiet : rounded) >> 16);
}

// MARK: Tiles in and out

LP_INLINE size_t lp_at(lp_view v, size_t r, size_t c) { return (size_t)v.stride * r + c; }

// n numbers from (r, c) on as singles: where they stand, or in `scratch`.
LP_INLINE const float *lp_load(lp_view v, size_t r, size_t c, size_t n, float *scratch) {
    if (v.type == LP_FLOAT32) return (const float *)v.data + lp_at(v, r, c);
    const uint16_t *from = (const uint16_t *)v.data + lp_at(v, r, c);
    LP_EACH(i, n) scratch[i] = lp_widen(from[i]);
    return scratch;
}

// Asks for the tile that begins at (r, c): loops with much to do between their loads are too far from the next ones for the
// processor to see them coming.
LP_INLINE void lp_fetch(lp_view v, size_t r, size_t c) {
    size_t size = v.type == LP_FLOAT32 ? 4 : 2;
    const char *from = (const char *)v.data + lp_at(v, r, c) * size;
    for (size_t i = 0; i < LP_TILE * size; i += 64) __builtin_prefetch(from + i);
}

// Where to compute the tile that `lp_store` then puts to (r, c): there already, or in `scratch`.
LP_INLINE float *lp_place(lp_view v, size_t r, size_t c, bool accumulate, float *scratch) {
    return v.type == LP_FLOAT32 && !accumulate ? (float *)v.data + lp_at(v, r, c) : scratch;
}

LP_INLINE void lp_store(lp_view v, size_t r, size_t c, size_t n, const float *from, bool accumulate) {
    if (v.type == LP_FLOAT32) {
        float *to = (float *)v.data + lp_at(v, r, c);
        if (accumulate) {
            LP_EACH(i, n) to[i] += from[i];
        } else if (to != from) {
            memcpy(to, from, n * sizeof *to);
        }
        return;
    }
    uint16_t *to = (uint16_t *)v.data + lp_at(v, r, c);
    if (accumulate) {
        LP_EACH(i, n) to[i] = lp_narrow(lp_widen(to[i]) + from[i]);
    } else {
        LP_EACH(i, n) to[i] = lp_narrow(from[i]);
    }
}

// Number `i` of a vector.
LP_INLINE float lp_get(lp_view v, size_t i) {
    return v.type == LP_FLOAT32 ? ((const float *)v.data)[i] : lp_widen(((const uint16_t *)v.data)[i]);
}

LP_INLINE void lp_put(lp_view v, size_t i, float x, bool accumulate) {
    if (accumulate) x += lp_get(v, i);
    if (v.type == LP_FLOAT32) {
        ((float *)v.data)[i] = x;
    } else {
        ((uint16_t *)v.data)[i] = lp_narrow(x);
    }
}

// MARK: Sums in fixed lanes: number i goes to lane i % 64, lanes are joined in one order

typedef float lp_v16 __attribute__((vector_size(64)));
typedef float lp_v16_anywhere __attribute__((vector_size(64), aligned(4)));
typedef float lp_v8 __attribute__((vector_size(32)));
typedef float lp_v4 __attribute__((vector_size(16)));
#define LP_AT(x) (*(const lp_v16_anywhere *)(x))

LP_INLINE float lp_join(const lp_v16 *four) {
    lp_v16 v = (four[0] + four[1]) + (four[2] + four[3]);
    lp_v8 w = __builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7)
        + __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15);
    lp_v4 q = __builtin_shufflevector(w, w, 0, 1, 2, 3) + __builtin_shufflevector(w, w, 4, 5, 6, 7);
    return (q[0] + q[2]) + (q[1] + q[3]);
}

LP_INLINE float lp_sum(const float *x, size_t n) {
    lp_v16 s[4] = {0};
    size_t i = 0;
    for (; i + 64 <= n; i += 64)
        for (int k = 0; k < 4; k++) s[k] += LP_AT(x + i + 16 * k);
    if (i < n) {
        float rest[64] = {0};
        memcpy(rest, x + i, (n - i) * sizeof *x);
        for (int k = 0; k < 4; k++) s[k] += LP_AT(rest + 16 * k);
    }
    return lp_join(s);
}

LP_INLINE float lp_dot(const float *x, const float *y, size_t n) {
    lp_v16 s[4] = {0};
    size_t i = 0;
    for (; i + 64 <= n; i += 64)
        for (int k = 0; k < 4; k++) s[k] += LP_AT(x + i + 16 * k) * LP_AT(y + i + 16 * k);
    if (i < n) {
        float rest[64] = {0}, other[64] = {0};
        memcpy(rest, x + i, (n - i) * sizeof *x);
        memcpy(other, y + i, (n - i) * sizeof *y);
        for (int k = 0; k < 4; k++) s[k] += LP_AT(rest + 16 * k) * LP_AT(other + 16 * k);
    }
    return lp_join(s);
}

// The largest; -infinity where there is none, NaN is passed over.
LP_INLINE float lp_largest(const float *x, size_t n) {
    lp_v16 s[4];
    for (int k = 0; k < 4; k++) s[k] = (lp_v16){0} - __builtin_inff();
    size_t i = 0;
    for (; i + 64 <= n; i += 64)
        for (int k = 0; k < 4; k++) s[k] = __builtin_elementwise_max(s[k], (lp_v16)LP_AT(x + i + 16 * k));
    lp_v16 m = __builtin_elementwise_max(__builtin_elementwise_max(s[0], s[1]), __builtin_elementwise_max(s[2], s[3]));
    float most = m[0];
    for (int l = 1; l < 16; l++) most = m[l] > most ? m[l] : most;
    for (; i < n; i++) most = x[i] > most ? x[i] : most;
    return most;
}

#endif
