#include "CProducts.h"
#include "functions.h"

// Attention of few queries: values are read once for some rows of weights, and what pieces of the keys gave is joined.

typedef uint16_t lp_h16 __attribute__((vector_size(32)));
typedef uint16_t lp_h16_anywhere __attribute__((vector_size(32), aligned(2)));
typedef uint32_t lp_u16 __attribute__((vector_size(64)));

LP_INLINE void lp_sixteen(lp_view v, size_t at, lp_v16 *to) {
    if (v.type == LP_FLOAT32) {
        *to = LP_AT((const float *)v.data + at);
    } else {
        lp_h16 half = *(const lp_h16_anywhere *)((const uint16_t *)v.data + at);
        *to = (lp_v16)(__builtin_convertvector(half, lp_u16) << 16);
    }
}

// Values that are asked for before they are read: they stand apart, and the processor does not see them coming.
enum { LP_KEYS_AHEAD = 32 };

// R rows of weights by N vectors of columns. The first `fetched` bytes of each row of values are asked for ahead.
LP_INLINE void lp_read_tile(
    const int R, const int N, lp_view weights, size_t row, lp_view v, size_t column, float *to, size_t stride,
    size_t keys, size_t fetched) {
    lp_v16 sums[8] = {0};
    const float *w = (const float *)weights.data + lp_at(weights, row, 0);
    for (size_t k = 0; k < keys; k++) {
        const char *later = (const char *)v.data + lp_at(v, k + LP_KEYS_AHEAD, 0) * (v.type == LP_FLOAT32 ? 4 : 2);
        for (size_t i = 0; i < fetched; i += 64) __builtin_prefetch(later + i);
        lp_v16 x[2];
        size_t at = lp_at(v, k, column);
        _Pragma("unroll") for (int n = 0; n < N; n++) lp_sixteen(v, at + 16 * (size_t)n, &x[n]);
        _Pragma("unroll") for (int r = 0; r < R; r++) {
            float weight = w[(ptrdiff_t)r * weights.stride + (ptrdiff_t)k];
            _Pragma("unroll") for (int n = 0; n < N; n++) sums[r * N + n] += weight * x[n];
        }
    }
    _Pragma("unroll") for (int r = 0; r < R; r++)
        _Pragma("unroll") for (int n = 0; n < N; n++)
            *(lp_v16_anywhere *)(to + (row + (size_t)r) * stride + column + 16 * (size_t)n) = sums[r * N + n];
}

LP_INLINE void lp_read_columns(
    const int N, lp_view weights, lp_view v, size_t column, float *to, size_t stride, size_t rows, size_t keys) {
    for (size_t r = 0; r < rows; r += 4) {
        size_t fetched = r == 0 && column == 0 ? stride * (v.type == LP_FLOAT32 ? 4 : 2) : 0;
        switch (rows - r) {
        case 1: lp_read_tile(1, N, weights, r, v, column, to, stride, keys, fetched); break;
        case 2: lp_read_tile(2, N, weights, r, v, column, to, stride, keys, fetched); break;
        case 3: lp_read_tile(3, N, weights, r, v, column, to, stride, keys, fetched); break;
        default: lp_read_tile(4, N, weights, r, v, column, to, stride, keys, fetched);
        }
    }
}

// With the type known, so that each is a loop of its own.
LP_INLINE void lp_read(lp_view weights, lp_view v, float *to, size_t rows, size_t keys, size_t width) {
    size_t column = 0;
    for (; column + 32 <= width; column += 32) lp_read_columns(2, weights, v, column, to, width, rows, keys);
    for (; column + 16 <= width; column += 16) lp_read_columns(1, weights, v, column, to, width, rows, keys);
    for (; column < width; column++) {
        for (size_t r = 0; r < rows; r++) {
            const float *w = (const float *)weights.data + lp_at(weights, r, 0);
            float sum = 0;
            for (size_t k = 0; k < keys; k++) {
                size_t at = lp_at(v, k, column);
                sum += w[k] * (v.type == LP_FLOAT32 ? ((const float *)v.data)[at]
                                                    : lp_widen(((const uint16_t *)v.data)[at]));
            }
            to[r * width + column] = sum;
        }
    }
}

LP_CLONES void lpp_read(lp_view weights, lp_view v, float *to, size_t rows, size_t keys, size_t width) {
    if (v.type == LP_FLOAT32) {
        v.type = LP_FLOAT32;
        lp_read(weights, v, to, rows, keys, width);
    } else {
        v.type = LP_BFLOAT16;
        lp_read(weights, v, to, rows, keys, width);
    }
}

LP_CLONES void lpp_softmax_join(
    const float *parts, const float *largest, const float *sums, size_t step, size_t count, lp_view y, float *log_sum,
    size_t width) {
    lp_tile t;
    float most = -__builtin_inff(), sum = 0;
    for (size_t p = 0; p < count; p++)
        if (sums[p * step] != 0 && largest[p * step] > most) most = largest[p * step];
    for (size_t p = 0; p < count; p++)
        if (sums[p * step] != 0) sum += sums[p * step] * lp_exp(largest[p * step] - most);
    *log_sum = sum == 0 ? -__builtin_inff() : most + lp_log(sum);
    LP_SPAN(0, width, first, n) {
        float *to = lp_place(y, 0, first, false, t);
        LP_EACH(i, n) to[i] = 0;
        for (size_t p = 0; p < count; p++) {
            if (sums[p * step] == 0) continue;
            float share = lp_exp(largest[p * step] - most) / sum;
            const float *from = parts + p * step + first;
            LP_EACH(i, n) to[i] += share * from[i];
        }
        lp_store(y, 0, first, n, to, false);
    }
}
