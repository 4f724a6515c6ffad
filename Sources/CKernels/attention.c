#include "CProducts.h"
#include "functions.h"

// How many of the block's first keys row `r` may see.
LP_INLINE size_t lp_reach(lp_sight sight, size_t r, size_t columns) {
    if (!sight.limits) return columns;
    int64_t reach = (int64_t)sight.limits[r] - (int64_t)sight.first;
    return reach <= 0 ? 0 : reach < (int64_t)columns ? (size_t)reach : columns;
}

LP_CLONES bool lpp_segments_meet(const int32_t *queries, size_t rows, const int32_t *keys, size_t columns) {
    int32_t low = INT32_MAX, high = INT32_MIN, any = 0;
    LP_EACH(i, rows) low = queries[i] < low ? queries[i] : low;
    LP_EACH(i, rows) high = queries[i] > high ? queries[i] : high;
    LP_EACH(i, columns) any |= keys[i] >= 0 && keys[i] >= low && keys[i] <= high;
    return any != 0;
}

LP_CLONES void lpp_softmax_block(
    lp_view scores, uint16_t *weights, lp_sight sight, float scale, bool first, float *largest, float *sums, lp_view o,
    size_t rows, size_t columns, size_t width) {
    const float nothing = -__builtin_inff();
    for (size_t r = 0; r < rows; r++) {
        float *x = (float *)scores.data + lp_at(scores, r, 0);
        size_t n = lp_reach(sight, r, columns);
        if (sight.key_segments) {
            const int32_t *keys = sight.key_segments, own = sight.query_segments[r];
            LP_EACH(i, n) x[i] = ((keys[i] == own) & (keys[i] >= 0)) ? scale * x[i] : nothing;
        } else {
            LP_EACH(i, n) x[i] *= scale;
        }
        float before = first ? nothing : largest[r], here = lp_largest(x, n), most = here > before ? here : before;
        float base = most == nothing ? 0 : most;
        LP_EACH(i, n) x[i] = lp_exp(x[i] - base);
        float sum = lp_sum(x, n);
        memset(x + n, 0, (columns - n) * sizeof *x);
        if (weights) {
            uint16_t *to = weights + lp_at(scores, r, 0);
            LP_EACH(i, columns) to[i] = lp_narrow(x[i]);
        }
        largest[r] = most;
        if (first) {
            sums[r] = sum;
            continue;
        }
        if (most > before) {
            float share = lp_exp(before - base), *row = (float *)o.data + lp_at(o, r, 0);
            LP_EACH(i, width) row[i] *= share;
            sums[r] *= share;
        }
        sums[r] += sum;
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
        float *x = (float *)scores.data + lp_at(scores, r, 0), *g = (float *)d.data + lp_at(d, r, 0);
        size_t n = lp_reach(sight, r, columns);
        float base = log_sums[r], mean = delta[r];
        LP_EACH(i, n) x[i] = lp_exp(scale * x[i] - base);
        LP_EACH(i, n) g[i] = x[i] * (g[i] - mean) * scale;
        if (sight.key_segments) {
            const int32_t *keys = sight.key_segments, own = sight.query_segments[r];
            LP_EACH(i, n) x[i] = ((keys[i] == own) & (keys[i] >= 0)) ? x[i] : 0;
            LP_EACH(i, n) g[i] = ((keys[i] == own) & (keys[i] >= 0)) ? g[i] : 0;
        }
        memset(x + n, 0, (columns - n) * sizeof *x);
        memset(g + n, 0, (columns - n) * sizeof *g);
        if (!weights) continue;
        uint16_t *to = weights + lp_at(scores, r, 0), *also = gradients + lp_at(scores, r, 0);
        LP_EACH(i, columns) to[i] = lp_narrow(x[i]);
        LP_EACH(i, columns) also[i] = lp_narrow(g[i]);
    }
}

LP_CLONES void lpp_weight_sums(
    lp_view scores, lp_sight sight, float scale, const float *log_sums, float *sums, size_t rows, size_t columns) {
    for (size_t r = 0; r < rows; r++) {
        float *x = (float *)scores.data + lp_at(scores, r, 0);
        size_t n = lp_reach(sight, r, columns);
        float base = log_sums[r];
        LP_EACH(i, n) x[i] = lp_exp(scale * x[i] - base);
        if (sight.key_segments) {
            const int32_t *keys = sight.key_segments, own = sight.query_segments[r];
            LP_EACH(i, n) sums[i] += ((keys[i] == own) & (keys[i] >= 0)) ? x[i] : 0;
        } else {
            LP_EACH(i, n) sums[i] += x[i];
        }
    }
}
