#include "functions.h"
#include <math.h>

// What exponents are taken below: the largest number, or 0 where that is -infinity, so that a row of -infinity sums to 0.
LP_INLINE float lp_base(float largest) { return largest == -__builtin_inff() ? 0 : largest; }

// Sum of exp(x[i] - base); x is overwritten.
LP_INLINE float lp_sum_exp(float *x, float base, size_t n) {
    LP_EACH(i, n) x[i] = lp_exp(x[i] - base);
    return lp_sum(x, n);
}

// One pass over row `r` of scale * x: the base of its exponents and their sum.
LP_INLINE double lp_row_exp(lp_view x, size_t r, lp_area area, float scale, float *base) {
    lp_tile s, z;
    float largest = -__builtin_inff();
    double sum = 0;
    LP_SPAN(area.column, area.columnEnd, c, n) {
        const float *from = lp_load(x, r, c, n, s);
        lp_fetch(x, r, c + 2 * LP_TILE);
        LP_EACH(i, n) z[i] = scale * from[i];
        float here = lp_largest(z, n);
        if (here > largest) {
            sum *= lp_exp(largest - here);
            largest = here;
        }
        sum += lp_sum_exp(z, lp_base(largest), n);
    }
    *base = lp_base(largest);
    return sum;
}

LP_CLONES void lpn_softmax(lp_view x, lp_view y, double scale, lp_area area) {
    lp_tile s, t;
    float factor = (float)scale;
    LP_ROWS(area, r) {
        float base;
        double sum = lp_row_exp(x, r, area, factor, &base);
        float share = sum == 0 ? 0 : (float)(1 / sum);
        LP_SPAN(area.column, area.columnEnd, c, n) {
            const float *from = lp_load(x, r, c, n, s);
            float *to = lp_place(y, r, c, false, t);
            LP_EACH(i, n) to[i] = lp_exp(factor * from[i] - base) * share;
            lp_store(y, r, c, n, to, false);
        }
    }
}

LP_CLONES void lpn_softmax_backward(lp_view y, lp_view dy, lp_view dx, double scale, lp_area area, bool accumulate) {
    lp_tile s, t, u;
    float factor = (float)scale;
    LP_ROWS(area, r) {
        double sum = 0;
        LP_SPAN(area.column, area.columnEnd, c, n) sum += lp_dot(lp_load(y, r, c, n, s), lp_load(dy, r, c, n, t), n);
        float dot = (float)sum;
        LP_SPAN(area.column, area.columnEnd, c, n) {
            const float *p = lp_load(y, r, c, n, s), *d = lp_load(dy, r, c, n, t);
            float *to = lp_place(dx, r, c, accumulate, u);
            LP_EACH(i, n) to[i] = factor * p[i] * (d[i] - dot);
            lp_store(dx, r, c, n, to, accumulate);
        }
    }
}

LP_CLONES void lpn_log_probabilities(
    lp_view logits, const int32_t *targets, double temperature, lp_view logp, lp_view log_sums, lp_area area) {
    float scale = (float)(1 / temperature);
    LP_ROWS(area, r) {
        float base;
        double logarithm = log(lp_row_exp(logits, r, area, scale, &base));
        lp_put(log_sums, r, (float)(base + logarithm), false);
        double value = 0;
        if (targets[r] >= 0) value = scale * lp_get(logits, lp_at(logits, r, (size_t)targets[r])) - base - logarithm;
        lp_put(logp, r, (float)value, false);
    }
}

LP_CLONES void lpn_log_probabilities_backward(
    lp_view logits, const int32_t *targets, lp_view log_sums, lp_view gradient, double temperature, lp_view d,
    lp_area area) {
    lp_tile s, t;
    float scale = (float)(1 / temperature);
    LP_ROWS(area, r) {
        bool counts = targets[r] >= 0;
        size_t target = counts ? (size_t)targets[r] : 0;
        float sum = lp_get(log_sums, r), factor = counts ? scale * lp_get(gradient, r) : 0;
        LP_SPAN(area.column, area.columnEnd, c, n) {
            const float *from = lp_load(logits, r, c, n, s);
            float *to = lp_place(d, r, c, false, t);
            if (counts) {
                LP_EACH(i, n) to[i] = -factor * lp_exp(scale * from[i] - sum);
                if (target >= c && target - c < n) to[target - c] += factor;
            } else {
                LP_EACH(i, n) to[i] = 0;
            }
            lp_store(d, r, c, n, to, false);
        }
    }
}

LP_CLONES void lpn_distribution_statistics(
    lp_view logits, const int32_t *targets, lp_view log_sums, double temperature, lp_view entropy, int32_t *ranks,
    lp_area area) {
    lp_tile s, t;
    float scale = (float)(1 / temperature);
    LP_ROWS(area, r) {
        bool counts = targets[r] >= 0;
        float sum = lp_get(log_sums, r);
        float target = counts ? lp_get(logits, lp_at(logits, r, (size_t)targets[r])) : __builtin_inff();
        double total = 0;
        int32_t rank = 0;
        LP_SPAN(area.column, area.columnEnd, c, n) {
            const float *x = lp_load(logits, r, c, n, s);
            LP_EACH(i, n) {
                float z = scale * x[i] - sum, p = lp_exp(z);
                t[i] = p == 0 ? 0 : p * z;
                rank += x[i] > target;
            }
            total -= lp_sum(t, n);
        }
        lp_put(entropy, r, total < 0 ? 0 : (float)total, false);  // rounding can take it below
        ranks[r] = rank;
    }
}
