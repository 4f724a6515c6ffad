#include "CProducts.h"
#include "numbers.h"
#if defined(__x86_64__)
#include <immintrin.h>
#endif

// Products of a few rows with a matrix whose rows are read once each, as they come from memory: what a token costs. Sum r, c
// adds its products in one order whatever the other rows and columns are.

// A tile has up to 8 sums of 16 lanes: enough to keep the multipliers busy, few enough for the registers of AVX2.
enum { LP_TALL = 4, LP_SPAN_COLUMNS = 64, LP_MOST_ROWS = 16 };
// Bytes from what is read of b to what is asked for: rows of weights, or keys that stand apart, are too short for the processor
// to see the next ones coming. About 4096 bytes of rows further on, a multiple of `columns` rows, or of the same row.
LP_INLINE ptrdiff_t lp_ahead(size_t columns, ptrdiff_t stride, size_t depth, size_t size) {
    size_t row = depth * size;
    if (row >= 4096) return 4096;
    size_t rows = (4096 / row + columns - 1) / columns * columns;
    return (ptrdiff_t)(rows ? rows : columns) * stride * (ptrdiff_t)size;
}

LP_INLINE lp_v4 lp_halve(const lp_v16 *at) {
    lp_v16 v = *at;
    lp_v8 w = __builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7)
        + __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15);
    return __builtin_shufflevector(w, w, 0, 1, 2, 3) + __builtin_shufflevector(w, w, 4, 5, 6, 7);
}

// The sums of the lanes of four vectors; those of each in one order.
LP_INLINE lp_v4 lp_join_four(const lp_v16 *v) {
    lp_v4 a = lp_halve(v), b = lp_halve(v + 1), c = lp_halve(v + 2), d = lp_halve(v + 3);
    lp_v4 ab = __builtin_shufflevector(a, b, 0, 4, 1, 5), ab2 = __builtin_shufflevector(a, b, 2, 6, 3, 7);
    lp_v4 cd = __builtin_shufflevector(c, d, 0, 4, 1, 5), cd2 = __builtin_shufflevector(c, d, 2, 6, 3, 7);
    return (__builtin_shufflevector(ab, cd, 0, 1, 4, 5) + __builtin_shufflevector(ab2, cd2, 0, 1, 4, 5))
        + (__builtin_shufflevector(ab, cd, 2, 3, 6, 7) + __builtin_shufflevector(ab2, cd2, 2, 3, 6, 7));
}

// The sums of R rows of a with C rows of b: to[r * LP_SPAN_COLUMNS + c]. `step` numbers are a `pack` of 64 bytes.
#define LP_ROWS_TILE(name, number, step, pack, load, multiply, most)                                                     \
    LP_INLINE void name##_tile(                                                                                        \
        const int R, const int C, ptrdiff_t ahead, const number *a, ptrdiff_t as, const number *b, ptrdiff_t bs,       \
        size_t depth, float *to) {                                                                                     \
        lp_v16 sums[16] = {0};                                                                                         \
        size_t whole = depth / (step) * (step);                                                                        \
        for (size_t k = 0; k < whole; k += (step)) {                                                                   \
            _Pragma("unroll") for (int c = 0; c < C; c++) {                                                            \
                __builtin_prefetch((const char *)(b + c * bs + k) + ahead);                                            \
                pack y = load(b + c * bs + k);                                                                         \
                _Pragma("unroll") for (int r = 0; r < R; r++) {                                                        \
                    pack x = load(a + r * as + k);                                                                     \
                    multiply(sums[r * C + c], x, y);                                                                   \
                }                                                                                                      \
            }                                                                                                          \
        }                                                                                                              \
        if (whole < depth) {                                                                                           \
            size_t rest = (depth - whole) * sizeof(number);                                                            \
            number ends[2][step] = {{0}};                                                                              \
            _Pragma("unroll") for (int c = 0; c < C; c++) {                                                            \
                memcpy(ends[0], b + c * bs + whole, rest);                                                             \
                pack y = load(ends[0]);                                                                                \
                _Pragma("unroll") for (int r = 0; r < R; r++) {                                                        \
                    memcpy(ends[1], a + r * as + whole, rest);                                                         \
                    pack x = load(ends[1]);                                                                            \
                    multiply(sums[r * C + c], x, y);                                                                   \
                }                                                                                                      \
            }                                                                                                          \
        }                                                                                                              \
        _Pragma("unroll") for (int i = 0; i < R * C; i += 4) {                                                         \
            lp_v4 four = lp_join_four(sums + i);                                                                       \
            _Pragma("unroll") for (int j = 0; j < 4 && i + j < R * C; j++)                                             \
                to[(i + j) / C * LP_SPAN_COLUMNS + (i + j) % C] = four[j];                                             \
        }                                                                                                              \
    }                                                                                                                  \
    /* All rows with `columns` rows of b, C or fewer at a time. */                                                     \
    LP_INLINE void name##_columns(                                                                                     \
        const int C, const number *a, ptrdiff_t as, const number *b, ptrdiff_t bs, size_t rows, size_t depth,          \
        ptrdiff_t next, float *to) {                                                                                   \
        for (size_t r = 0; r < rows; r += LP_TALL) {                                                                   \
            const number *x = a + (ptrdiff_t)r * as;                                                                   \
            float *out = to + r * LP_SPAN_COLUMNS;                                                                     \
            ptrdiff_t ahead = r == 0 ? next : 0;                                                                       \
            switch (rows - r) {                                                                                        \
            case 1: name##_tile(1, C, ahead, x, as, b, bs, depth, out); break;                                         \
            case 2: name##_tile(2, C, ahead, x, as, b, bs, depth, out); break;                                         \
            case 3:                                                                                                    \
                name##_tile(3, C < most ? C : most, ahead, x, as, b, bs, depth, out);                                  \
                if (C > most) name##_tile(3, C - most, ahead, x, as, b + most * bs, bs, depth, out + most);            \
                break;                                                                                                 \
            default:                                                                                                   \
                name##_tile(4, C < most ? C : most, ahead, x, as, b, bs, depth, out);                                  \
                if (C > most) name##_tile(4, C - most, ahead, x, as, b + most * bs, bs, depth, out + most);            \
            }                                                                                                          \
        }                                                                                                              \
    }                                                                                                                  \
    LP_INLINE void name##_span(                                                                                        \
        lp_view left, lp_view right, size_t row, size_t rows, size_t column, size_t columns, size_t depth,             \
        float *to) {                                                                                                   \
        const number *a = (const number *)left.data + lp_at(left, row, 0);                                             \
        const number *b = (const number *)right.data + lp_at(right, column, 0);                                        \
        ptrdiff_t next = lp_ahead(4, right.stride, depth, sizeof(number));                                             \
        size_t c = 0;                                                                                                  \
        for (; c + 4 <= columns; c += 4)                                                                               \
            name##_columns(4, a, left.stride, b + (ptrdiff_t)c * right.stride, right.stride, rows, depth, next,        \
                to + c);                                                                                               \
        for (; c < columns; c++)                                                                                       \
            name##_columns(1, a, left.stride, b + (ptrdiff_t)c * right.stride, right.stride, rows, depth, next,        \
                to + c);                                                                                               \
    }

#define LP_LOAD_SINGLES(p) LP_AT(p)
#define LP_MULTIPLY_SINGLES(sum, x, y) sum += x * y
LP_ROWS_TILE(lp_singles, float, 16, lp_v16, LP_LOAD_SINGLES, LP_MULTIPLY_SINGLES, 2)

// bfloat16 numbers two at a time: the upper halves of the words, then the lower ones.
typedef uint32_t lp_words __attribute__((vector_size(64)));
typedef uint32_t lp_words_anywhere __attribute__((vector_size(64), aligned(2)));
#define LP_LOAD_HALVES(p) (*(const lp_words_anywhere *)(p))
#define LP_MULTIPLY_HALVES(sum, x, y)                                                                                  \
    sum += (lp_v16)((x) & 0xFFFF0000u) * (lp_v16)((y) & 0xFFFF0000u);                                                  \
    sum += (lp_v16)((x) << 16) * (lp_v16)((y) << 16)
LP_ROWS_TILE(lp_halves, uint16_t, 32, lp_words, LP_LOAD_HALVES, LP_MULTIPLY_HALVES, 2)

#define LP_ROWS_PRODUCT(span)                                                                                          \
    float sums[LP_MOST_ROWS * LP_SPAN_COLUMNS] __attribute__((aligned(64)));                                           \
    for (size_t c = area.column; c < area.columnEnd; c += LP_SPAN_COLUMNS) {                                           \
        size_t columns = area.columnEnd - c < LP_SPAN_COLUMNS ? area.columnEnd - c : LP_SPAN_COLUMNS;                  \
        for (size_t r = area.row; r < area.rowEnd; r += LP_MOST_ROWS) {                                                \
            size_t rows = area.rowEnd - r < LP_MOST_ROWS ? area.rowEnd - r : LP_MOST_ROWS;                             \
            span(a, b, r, rows, c, columns, depth, sums);                                                              \
            lpp_finish(                                                                                                \
                (lp_view){sums, LP_SPAN_COLUMNS, LP_FLOAT32}, scale, bias ? bias + c : NULL,                           \
                (lp_view){(char *)to.data + lp_at(to, r, c) * (to.type == LP_FLOAT32 ? 4 : 2), to.stride, to.type},    \
                rows, columns, accumulate);                                                                            \
        }                                                                                                              \
    }

LP_CLONES static void lp_rows_of_singles(
    lp_view a, lp_view b, size_t depth, float scale, const float *bias, lp_view to, bool accumulate, lp_area area) {
    LP_ROWS_PRODUCT(lp_singles_span)
}

LP_CLONES static void lp_rows_of_halves(
    lp_view a, lp_view b, size_t depth, float scale, const float *bias, lp_view to, bool accumulate, lp_area area) {
    LP_ROWS_PRODUCT(lp_halves_span)
}

#if defined(__x86_64__)
// The processor's own products of pairs.
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,fma,avx2"))), apply_to = function)
#define LP_LOAD_PAIRS(p) ((__m512bh)_mm512_loadu_si512(p))
#define LP_MULTIPLY_PAIRS(sum, x, y) sum = (lp_v16)_mm512_dpbf16_ps((__m512)sum, x, y)
LP_ROWS_TILE(lp_pairs, uint16_t, 32, __m512bh, LP_LOAD_PAIRS, LP_MULTIPLY_PAIRS, 4)

static void lp_rows_of_pairs(
    lp_view a, lp_view b, size_t depth, float scale, const float *bias, lp_view to, bool accumulate, lp_area area) {
    LP_ROWS_PRODUCT(lp_pairs_span)
}
#pragma clang attribute pop

static bool lp_has_pairs(void) { return __builtin_cpu_supports("avx512bf16") && __builtin_cpu_supports("avx512vl"); }
#endif

void lpp_rows(
    lp_view a, lp_view b, size_t depth, float scale, const float *bias, lp_view c, bool accumulate, bool widens,
    lp_area area) {
    if (a.type == LP_FLOAT32) return lp_rows_of_singles(a, b, depth, scale, bias, c, accumulate, area);
#if defined(__x86_64__)
    if (!widens && lp_has_pairs()) return lp_rows_of_pairs(a, b, depth, scale, bias, c, accumulate, area);
#endif
    lp_rows_of_halves(a, b, depth, scale, bias, c, accumulate, area);
}
