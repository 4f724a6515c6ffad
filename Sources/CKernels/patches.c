#include "functions.h"

LP_INLINE void lp_plane(const uint8_t *pixel, size_t channels, float *to, size_t n) {
    LP_EACH(i, n) to[i] = (float)pixel[i * channels] / 255;
}

LP_CLONES void lpn_unpack_pixels(
    lp_view pixels, lp_view x, float scale, lp_view origin, size_t channels, bool planar, lp_area area) {
    lp_tile s, t;
    size_t planes = planar ? channels : 1, places = area.columnEnd / planes;
    LP_ROWS(area, r) {
        const uint8_t *row = (const uint8_t *)pixels.data + lp_at(pixels, r, 0);
        for (size_t k = 0; k < planes; k++) {
            LP_SPAN(0, places, c, n) {
                float *to = lp_place(x, r, k * places + c, false, s);
                if (planes == 1) {
                    lp_plane(row + c, 1, to, n);
                } else if (planes == 3) {
                    lp_plane(row + 3 * c + k, 3, to, n);
                } else {
                    lp_plane(row + planes * c + k, planes, to, n);
                }
                if (origin.data) {
                    const float *from = lp_load(origin, 0, k * places + c, n, t);
                    LP_EACH(i, n) to[i] = scale * to[i] - from[i];
                }
                lp_store(x, r, k * places + c, n, to, false);
            }
        }
    }
}

// What a target's pixels are multiplied by, and what is added then, before a prediction is compared with them.
typedef struct {
    float factor, shift;
} lp_measure;

// For `LP_NORMALISED` from sums of whole numbers, which are exact. The unbiased variance of one number is not a number.
LP_INLINE lp_measure lp_measure_row(int32_t kind, const uint8_t *pixel, size_t count) {
    if (kind != LP_NORMALISED) return (lp_measure){1.0f / 255, 0};
    uint64_t sum = 0, squares = 0;
    for (size_t first = 0; first < count; first += LP_TILE) {
        size_t n = count - first < LP_TILE ? count - first : LP_TILE;
        uint32_t a = 0, b = 0;
        LP_EACH(i, n) {
            uint32_t p = pixel[first + i];
            a += p;
            b += p * p;
        }
        sum += a;
        squares += b;
    }
    double n = (double)count, mean = (double)sum / (n * 255);
    double spread = (double)(count * squares - sum * sum) / (n * (n - 1) * 65025);
    double reciprocal = 1 / __builtin_elementwise_sqrt(spread + 1e-6);
    return (lp_measure){(float)(reciprocal / 255), (float)(-mean * reciprocal)};
}

LP_CLONES void lpn_patch_errors(
    int32_t kind, lp_view prediction, lp_view targets, const int32_t *indices, lp_view errors, lp_area area) {
    lp_tile s, e;
    LP_ROWS(area, r) {
        if (indices[r] < 0) {
            lp_put(errors, r, 0, false);
            continue;
        }
        const uint8_t *pixel = (const uint8_t *)targets.data + lp_at(targets, (size_t)indices[r], 0);
        lp_measure m = lp_measure_row(kind, pixel, area.columnEnd);
        double sum = 0;
        LP_SPAN(area.column, area.columnEnd, c, n) {
            const float *x = lp_load(prediction, r, c, n, s);
            if (kind == LP_BERNOULLI) {
                LP_EACH(i, n) e[i] = lp_softplus(x[i]) - x[i] * ((float)pixel[c + i] * m.factor);
                sum += lp_sum(e, n);
            } else {
                LP_EACH(i, n) e[i] = x[i] - ((float)pixel[c + i] * m.factor + m.shift);
                sum += lp_dot(e, e, n);
            }
        }
        lp_put(errors, r, (float)(sum / (double)area.columnEnd), false);
    }
}

LP_CLONES void lpn_patch_errors_backward(
    int32_t kind, lp_view prediction, lp_view targets, const int32_t *indices, lp_view gradient, lp_view d, lp_area area,
    bool accumulate) {
    static const lp_tile zeros;
    lp_tile s, t;
    LP_ROWS(area, r) {
        if (indices[r] < 0) {
            if (accumulate) continue;
            LP_SPAN(area.column, area.columnEnd, c, n) lp_store(d, r, c, n, zeros, false);
            continue;
        }
        const uint8_t *pixel = (const uint8_t *)targets.data + lp_at(targets, (size_t)indices[r], 0);
        lp_measure m = lp_measure_row(kind, pixel, area.columnEnd);
        float factor = lp_get(gradient, r) / (float)area.columnEnd;
        LP_SPAN(area.column, area.columnEnd, c, n) {
            const float *x = lp_load(prediction, r, c, n, s);
            float *to = lp_place(d, r, c, accumulate, t);
            if (kind == LP_BERNOULLI) {
                LP_EACH(i, n) to[i] = factor * (lp_sigmoid(x[i]) - (float)pixel[c + i] * m.factor);
            } else {
                LP_EACH(i, n) to[i] = 2 * factor * (x[i] - ((float)pixel[c + i] * m.factor + m.shift));
            }
            lp_store(d, r, c, n, to, accumulate);
        }
    }
}
