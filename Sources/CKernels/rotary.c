#include "numbers.h"

// Turns (a, b) by the angles with cosines c and sines sign * s. Results may stand where the operands do.
LP_INLINE void lp_turn(
    const float *a, const float *b, const float *c, const float *s, float sign, float *to, float *other, size_t n) {
    LP_EACH(i, n) {
        float x = a[i], y = b[i], sine = sign * s[i];
        to[i] = x * c[i] - y * sine;
        other[i] = y * c[i] + x * sine;
    }
}

LP_CLONES void lpn_rotary(
    lp_view x, const int32_t *positions, lp_view cosines, lp_view sines, bool inverse, lp_view y, size_t heads,
    size_t width, bool accumulate, lp_area area) {
    lp_tile s, t, u, v, cosine, sine;
    float sign = inverse ? -1 : 1;
    size_t half = width / 2, together = width <= LP_TILE ? LP_TILE / width : 0;
    LP_ROWS(area, r) {
        if (positions[r] < 0) {  // stays as it is
            LP_SPAN(0, heads * width, j, n) lp_store(y, r, j, n, lp_load(x, r, j, n, s), accumulate);
            continue;
        }
        size_t p = (size_t)positions[r];
        if (together) {  // heads that fit in a tile
            const float *c = lp_load(cosines, p, 0, half, cosine), *d = lp_load(sines, p, 0, half, sine);
            for (size_t h = 0; h < heads; h += together) {
                size_t count = heads - h < together ? heads - h : together;
                const float *from = lp_load(x, r, h * width, count * width, s);
                float *to = lp_place(y, r, h * width, accumulate, t);
                for (size_t k = 0; k < count * width; k += width)
                    lp_turn(from + k, from + k + half, c, d, sign, to + k, to + k + half, half);
                lp_store(y, r, h * width, count * width, to, accumulate);
            }
            continue;
        }
        for (size_t h = 0; h < heads; h++) {
            LP_SPAN(0, half, j, n) {
                size_t first = h * width + j, second = first + half;
                const float *a = lp_load(x, r, first, n, s), *b = lp_load(x, r, second, n, t);
                const float *c = lp_load(cosines, p, j, n, cosine), *d = lp_load(sines, p, j, n, sine);
                float *to = lp_place(y, r, first, accumulate, u), *other = lp_place(y, r, second, accumulate, v);
                lp_turn(a, b, c, d, sign, to, other, n);
                lp_store(y, r, first, n, to, accumulate);
                lp_store(y, r, second, n, other, accumulate);
            }
        }
    }
}
