// The numbers of RandomKey: products and sums are not fused, so that every processor draws the same.
#pragma STDC FP_CONTRACT OFF
#include "numbers.h"
#include <math.h>

LP_INLINE uint64_t lp_random_bits(uint64_t key, uint64_t counter) {
    uint64_t z = key + (counter + 1) * 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

LP_INLINE double lp_random(uint64_t key, uint64_t counter) {
    return (double)(int64_t)(lp_random_bits(key, counter) >> 11) * 0x1p-53;
}

LP_CLONES void lpn_fill_uniform(lp_view x, size_t columns, double low, double high, uint64_t key, lp_area area) {
    lp_tile s;
    LP_TILES(area, r, c, n) {
        float *to = lp_place(x, r, c, false, s);
        uint64_t first = r * columns + c;
        LP_EACH(i, n) to[i] = (float)(low + (high - low) * lp_random(key, first + i));
        lp_store(x, r, c, n, to, false);
    }
}

LP_CLONES void lpn_fill_normal(lp_view x, size_t columns, double deviation, uint64_t key, lp_area area) {
    lp_tile s;
    LP_TILES(area, r, c, n) {
        float *to = lp_place(x, r, c, false, s);
        uint64_t first = r * columns + c;
        for (size_t i = 0; i < n; i++) {
            double u = lp_random(key, 2 * (first + i)), v = lp_random(key, 2 * (first + i) + 1);
            to[i] = (float)(deviation * sqrt(-2 * log(1 - u)) * cos(2 * 3.14159265358979323846 * v));
        }
        lp_store(x, r, c, n, to, false);
    }
}

LP_CLONES void lpn_dropout(
    lp_view x, lp_view y, size_t columns, uint64_t threshold, float scale, uint64_t key, uint64_t first,
    lp_area area, bool accumulate) {
    lp_tile s, t;
    LP_TILES(area, r, c, n) {
        const float *from = lp_load(x, r, c, n, s);
        float *to = lp_place(y, r, c, accumulate, t);
        uint64_t place = first + r * columns + c;
        LP_EACH(i, n) to[i] = lp_random_bits(key, place + i) >> 40 >= threshold ? from[i] * scale : 0;
        lp_store(y, r, c, n, to, accumulate);
    }
}
