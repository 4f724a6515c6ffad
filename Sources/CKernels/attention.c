#include "CProducts.h"
#include "functions.h"

// Rows are taken 16 numbers at a time and have room for whole vectors: the numbers between a row's end and the next multiple
// of 16 are scratch.

typedef int32_t lp_i16 __attribute__((vector_size(64)));
typedef int32_t lp_i16_anywhere __attribute__((vector_size(64), aligned(4)));
typedef uint32_t lp_u16 __attribute__((vector_size(64)));
typedef uint16_t lp_h16 __attribute__((vector_size(32)));
typedef uint16_t lp_h16_anywhere __attribute__((vector_size(32), aligned(2)));
#define LP_PUT(x) (*(lp_v16_anywhere *)(x))
// The vectors of `n` numbers, a multiple of 16; what is independent in four of them overlaps.
#define LP_FOURS(i, n) _Pragma("clang loop unroll_count(4)") for (size_t i = 0; i < (n); i += 16)

// Vectors go to and from functions by address: by value their size would depend on the processor.
#define LP_SAME(x) ((lp_v16){0} + (x))
#define LP_PICK(mask, yes, no) ((lp_v16)(((mask) & (lp_i16)(yes)) | (~(mask) & (lp_i16)(no))))
#define LP_LANES(i) ((lp_i16){0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15} + (int32_t)(i))

// e^x for x <= 0, as lp_exp; 0 below -87. NaN stays.
LP_INLINE void lp_exp_down(lp_v16 *at) {
    lp_i16 tiny = *at < -87.0f;
    lp_v16 x = LP_PICK(tiny, LP_SAME(-87), *at);
    lp_v16 shifted = x * 0x1.715476p+0f + 0x1.8p23f;
    lp_v16 n = shifted - 0x1.8p23f;
    lp_v16 r = (x - n * 0x1.63p-1f) + n * 0x1.bd0106p-13f;
    lp_v16 p = LP_SAME(0x1.6a2442p-10f);
    p = p * r + 0x1.1239e2p-7f;
    p = p * r + 0x1.5558f2p-5f;
    p = p * r + 0x1.555492p-3f;
    p = p * r + 0x1.fffffcp-2f;
    lp_v16 e = (p * r * r + r) + 1;
    lp_v16 power = (lp_v16)(((lp_u16)shifted << 23) + 0x3F800000u);
    *at = LP_PICK(tiny, (lp_v16){0}, e * power);
}

LP_INLINE float lp_most(const lp_v16 *at) {
    lp_v16 v = *at;
    lp_v8 w = __builtin_elementwise_max(
        __builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7),
        __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15));
    lp_v4 q = __builtin_elementwise_max(
        __builtin_shufflevector(w, w, 0, 1, 2, 3), __builtin_shufflevector(w, w, 4, 5, 6, 7));
    q = __builtin_elementwise_max(q, __builtin_shufflevector(q, q, 2, 3, 0, 1));
    return q[0] > q[1] ? q[0] : q[1];
}

// Rounds 16 numbers as lp_narrow does.
LP_INLINE void lp_put_narrow(uint16_t *to, const lp_v16 *x) {
    lp_u16 bits = (lp_u16)*x, rounded = bits + 0x7FFF + ((bits >> 16) & 1), quiet = bits | 0x400000;
    lp_u16 none = (lp_u16)((bits & 0x7FFFFFFF) > 0x7F800000);
    *(lp_h16_anywhere *)to = __builtin_convertvector(((none & quiet) | (~none & rounded)) >> 16, lp_h16);
}

// How many of the block's first keys row `r` may see.
LP_INLINE size_t lp_reach(lp_sight sight, size_t r, size_t columns) {
    if (!sight.limits) return columns;
    int64_t reach = (int64_t)sight.limits[r] - (int64_t)sight.first;
    return reach <= 0 ? 0 : reach < (int64_t)columns ? (size_t)reach : columns;
}

// Which of 16 keys from key `i` of the block on a row of segment `own` sees, which may see keys below `n`.
LP_INLINE void lp_seen(lp_sight sight, int32_t own, size_t i, size_t n, lp_i16 *seen) {
    *seen = LP_LANES(i) < (int32_t)n;
    if (!sight.key_segments) return;
    lp_i16 keys = {0};
    if (i + 16 <= n) {
        keys = *(const lp_i16_anywhere *)(sight.key_segments + i);
    } else {
        for (size_t k = i; k < n; k++) keys[k - i] = sight.key_segments[k];
    }
    *seen &= (keys == own) & (keys >= 0);
}

LP_CLONES bool lpp_segments_meet(const int32_t *queries, size_t rows, const int32_t *keys, size_t columns) {
    int32_t low = INT32_MAX, high = INT32_MIN, any = 0;
    LP_EACH(i, rows) low = queries[i] < low ? queries[i] : low;
    LP_EACH(i, rows) high = queries[i] > high ? queries[i] : high;
    LP_EACH(i, columns) any |= keys[i] >= 0 && keys[i] >= low && keys[i] <= high;
    return any != 0;
}

// Where row `r` sees only some of its keys, puts -infinity in the place of the others' scores; up to a whole vector.
LP_INLINE void lp_hide(float *x, lp_sight sight, size_t r, size_t n, bool negative) {
    const lp_v16 nothing = LP_SAME(negative ? __builtin_inff() : -__builtin_inff());
    lp_i16 seen;
    if (sight.key_segments) {
        int32_t own = sight.query_segments[r];
        for (size_t i = 0; i < n; i += 16) {
            lp_seen(sight, own, i, n, &seen);
            LP_PUT(x + i) = LP_PICK(seen, LP_AT(x + i), nothing);
        }
    } else if (n % 16 != 0) {
        size_t i = n / 16 * 16;
        seen = LP_LANES(i) < (int32_t)n;
        LP_PUT(x + i) = LP_PICK(seen, LP_AT(x + i), nothing);
    }
}

// Rows whose steps overlap: a step of one row waits for the step before of that row alone.
enum { LP_ROWS_AT_ONCE = 16 };

LP_CLONES void lpp_softmax_block(
    lp_view scores, uint16_t *weights, lp_sight sight, float scale, bool first, float *largest, float *sums, lp_view o,
    size_t rows, size_t columns, size_t width) {
    const float nothing = -__builtin_inff();
    for (size_t r0 = 0; r0 < rows; r0 += LP_ROWS_AT_ONCE) {
        size_t end = rows - r0 < LP_ROWS_AT_ONCE ? rows - r0 : LP_ROWS_AT_ONCE, reach[LP_ROWS_AT_ONCE];
        float before[LP_ROWS_AT_ONCE];
        lp_v16 total[LP_ROWS_AT_ONCE];
        for (size_t k = 0; k < end; k++) {
            size_t r = r0 + k, n = lp_reach(sight, r, columns);
            float *x = (float *)scores.data + lp_at(scores, r, 0);
            reach[k] = (n + 15) / 16 * 16;
            lp_hide(x, sight, r, n, scale < 0);
            lp_v16 most = LP_SAME(nothing);
            LP_FOURS(i, reach[k]) most = __builtin_elementwise_max(most, scale * LP_AT(x + i));
            float here = lp_most(&most);
            before[k] = first ? nothing : largest[r];
            largest[r] = here > before[k] ? here : before[k];
        }
        for (size_t k = 0; k < end; k++) {
            size_t r = r0 + k, at = lp_at(scores, r, 0), n = reach[k];
            float *x = (float *)scores.data + at, base = largest[r] == nothing ? 0 : largest[r];
            lp_v16 sum = {0};
            LP_FOURS(i, n) {
                lp_v16 e = scale * LP_AT(x + i) - base;
                lp_exp_down(&e);
                sum += e;
                if (weights) {
                    lp_put_narrow(weights + at + i, &e);
                } else {
                    LP_PUT(x + i) = e;
                }
            }
            total[k] = sum;
            if (n < columns && weights) memset(weights + at + n, 0, (columns - n) * sizeof *weights);
            if (n < columns && !weights) memset(x + n, 0, (columns - n) * sizeof *x);
        }
        for (size_t k = 0; k < end; k++) {
            size_t r = r0 + k;
            lp_v16 four[4] = {total[k]};
            float sum = lp_join(four);
            if (!first && largest[r] > before[k]) {
                float share = lp_exp(before[k] - largest[r]), *row = (float *)o.data + lp_at(o, r, 0);
                LP_EACH(i, width) row[i] *= share;
                sums[r] *= share;
            }
            sums[r] = first ? sum : sums[r] + sum;
        }
    }
}

LP_CLONES void lpp_softmax_finish(
    lp_view o, const float *largest, const float *sums, lp_view y, float *log_sums, size_t rows, size_t width) {
    lp_tile t;
    for (size_t r = 0; r < rows; r++) {
        bool none = sums[r] == 0;
        float share = none ? 0 : 1 / sums[r];
        log_sums[r] = none ? -__builtin_inff() : largest[r] + lp_log(sums[r]);
        LP_SPAN(0, width, first, n) {
            const float *from = (const float *)o.data + lp_at(o, r, first);
            float *to = lp_place(y, r, first, false, t);
            if (none) {
                LP_EACH(i, n) to[i] = 0;
            } else {
                LP_EACH(i, n) to[i] = from[i] * share;
            }
            lp_store(y, r, first, n, to, false);
        }
    }
}

LP_CLONES void lpp_softmax_gradient_block(
    lp_view scores, lp_view d, uint16_t *weights, uint16_t *gradients, lp_sight sight, float scale,
    const float *log_sums, const float *delta, size_t rows, size_t columns) {
    for (size_t r = 0; r < rows; r++) {
        size_t at = lp_at(scores, r, 0), n = lp_reach(sight, r, columns), whole = (n + 15) / 16 * 16;
        float *x = (float *)scores.data + at, *g = (float *)d.data + at;
        float base = log_sums[r], mean = delta[r];
        bool partly = sight.key_segments || whole != n;
        int32_t own = sight.key_segments ? sight.query_segments[r] : 0;
        LP_FOURS(i, whole) {
            lp_v16 e = scale * LP_AT(x + i) - base;
            lp_exp_down(&e);
            lp_v16 slope = e * (LP_AT(g + i) - mean) * scale;
            if (partly) {
                lp_i16 seen;
                lp_seen(sight, own, i, n, &seen);
                e = LP_PICK(seen, e, (lp_v16){0});
                slope = LP_PICK(seen, slope, (lp_v16){0});
            }
            if (weights) {
                lp_put_narrow(weights + at + i, &e);
                lp_put_narrow(gradients + at + i, &slope);
            } else {
                LP_PUT(x + i) = e;
                LP_PUT(g + i) = slope;
            }
        }
        if (whole >= columns) continue;
        size_t rest = columns - whole;
        if (weights) {
            memset(weights + at + whole, 0, rest * sizeof *weights);
            memset(gradients + at + whole, 0, rest * sizeof *gradients);
        } else {
            memset(x + whole, 0, rest * sizeof *x);
            memset(g + whole, 0, rest * sizeof *g);
        }
    }
}

LP_CLONES void lpp_weight_sums(
    lp_view scores, lp_sight sight, float scale, const float *log_sums, float *sums, size_t rows, size_t columns) {
    for (size_t r = 0; r < rows; r++) {
        float *x = (float *)scores.data + lp_at(scores, r, 0), base = log_sums[r];
        size_t n = lp_reach(sight, r, columns);
        int32_t own = sight.key_segments ? sight.query_segments[r] : 0;
        for (size_t i = 0; i < n; i += 16) {
            lp_v16 e = scale * LP_AT(x + i) - base;
            lp_i16 seen;
            lp_exp_down(&e);
            lp_seen(sight, own, i, n, &seen);
            LP_PUT(x + i) = LP_PICK(seen, e, (lp_v16){0});
        }
        LP_EACH(i, n) sums[i] += x[i];
    }
}
