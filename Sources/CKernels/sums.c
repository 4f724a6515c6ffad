#include "numbers.h"

LP_CLONES void lpn_row_dots(lp_view x, lp_view y, lp_view s, lp_area area, bool accumulate) {
    lp_tile t, u;
    LP_ROWS(area, r) {
        double sum = 0;
        LP_SPAN(area.column, area.columnEnd, c, n) {
            const float *a = lp_load(x, r, c, n, t);
            sum += y.data ? lp_dot(a, lp_load(y, r, c, n, u), n) : lp_sum(a, n);
        }
        lp_put(s, r, (float)sum, accumulate);
    }
}

LP_CLONES void lpn_column_dots(lp_view x, lp_view y, float *partial, lp_area area) {
    lp_tile t, u;
    LP_SPAN(area.column, area.columnEnd, c, n) {
        float *to = partial + c;
        LP_EACH(i, n) to[i] = 0;
        LP_ROWS(area, r) {
            const float *a = lp_load(x, r, c, n, t);
            if (y.data) {
                const float *b = lp_load(y, r, c, n, u);
                LP_EACH(i, n) to[i] += a[i] * b[i];
            } else {
                LP_EACH(i, n) to[i] += a[i];
            }
        }
    }
}

LP_CLONES void lpn_join_columns(
    const float *partial, size_t chunks, size_t step, lp_view s, lp_area area, bool accumulate) {
    double sums[LP_TILE];
    lp_tile t;
    LP_SPAN(area.column, area.columnEnd, c, n) {
        LP_EACH(i, n) sums[i] = 0;
        for (size_t k = 0; k < chunks; k++) {
            const float *from = partial + k * step + c;
            LP_EACH(i, n) sums[i] += from[i];
        }
        LP_EACH(i, n) t[i] = (float)sums[i];
        lp_store(s, 0, c, n, t, accumulate);
    }
}

// Sum of x y in 16 lanes of double.
LP_INLINE double lp_long_dot(const float *x, const float *y, size_t n) {
    double lane[16] = {0}, sum = 0;
    size_t i = 0;
    for (; i + 16 <= n; i += 16)
        LP_EACH(l, 16) lane[l] += (double)x[i + l] * y[i + l];
    for (size_t l = 0; i + l < n; l++) lane[l] += (double)x[i + l] * y[i + l];
    for (size_t l = 0; l < 16; l++) sum += lane[l];
    return sum;
}

LP_CLONES double lpn_weighted_sum(lp_view x, lp_view w, lp_area area) {
    lp_tile s, t, ones;
    double sum = 0;
    LP_EACH(i, LP_TILE) ones[i] = 1;
    LP_TILES(area, r, c, n) {
        sum += lp_long_dot(lp_load(x, r, c, n, s), w.data ? lp_load(w, r, c, n, t) : ones, n);
    }
    return sum;
}

LP_CLONES double lpn_sum_of_squares(lp_view x, lp_area area) {
    lp_tile s;
    double sum = 0;
    LP_TILES(area, r, c, n) {
        const float *a = lp_load(x, r, c, n, s);
        sum += lp_long_dot(a, a, n);
    }
    return sum;
}

LP_CLONES size_t lpn_count_non_finite(lp_view x, lp_area area) {
    lp_tile s;
    size_t count = 0;
    LP_TILES(area, r, c, n) {
        const float *a = lp_load(x, r, c, n, s);
        int32_t here = 0;
        LP_EACH(i, n) here += (lp_bits(a[i]) & 0x7F800000) == 0x7F800000;
        count += (size_t)here;
    }
    return count;
}
