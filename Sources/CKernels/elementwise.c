#include "functions.h"

#define LP_MAP(result) LP_EACH(i, n) { float v = x[i]; y[i] = (result); } break

LP_CLONES void lpn_unary(int32_t kind, lp_view from, lp_view to, lp_area area, bool accumulate) {
    lp_tile s, t;
    LP_TILES(area, r, c, n) {
        const float *x = lp_load(from, r, c, n, s);
        float *y = lp_place(to, r, c, accumulate, t);
        switch (kind) {
        case LP_SILU: LP_MAP(v * lp_sigmoid(v));
        case LP_SIGMOID: LP_MAP(lp_sigmoid(v));
        case LP_TANH: LP_MAP(lp_tanh(v));
        case LP_RELU: LP_MAP(v < 0 ? 0 : v);
        case LP_EXP: LP_MAP(lp_exp(v));
        case LP_LOG: LP_MAP(lp_log(v));
        case LP_SQUARE: LP_MAP(v * v);
        case LP_SQUARE_ROOT: LP_MAP(__builtin_elementwise_sqrt(v));
        case LP_RECIPROCAL: LP_MAP(1 / v);
        case LP_NEGATE: LP_MAP(-v);
        case LP_ABSOLUTE: LP_MAP(__builtin_fabsf(v));
        case LP_SOFTPLUS: LP_MAP(lp_softplus(v));
        case LP_GELU: LP_MAP(v * lp_phi(v));
        default: LP_MAP(0.5f * v * (1 + lp_tanh(lp_gelu_inner(v))));
        }
        lp_store(to, r, c, n, y, accumulate);
    }
}

// Derivatives.
LP_INLINE float lp_silu_slope(float v) {
    float s = lp_sigmoid(v);
    return s * (1 + v * (1 - s));
}

LP_INLINE float lp_gelu_slope(float v) { return lp_phi(v) + v * 0.3989422804f * lp_exp(-0.5f * v * v); }

LP_INLINE float lp_gelu_tanh_slope(float v) {
    float t = lp_tanh(lp_gelu_inner(v)), inner = 0.7978845608f * (1 + 3 * 0.044715f * v * v);
    return 0.5f * (1 + t) + 0.5f * v * (1 - t * t) * inner;
}

// e / (1 + e)^2 with e <= 1 keeps its digits where sigmoid and tanh are next to 1.
LP_INLINE float lp_sigmoid_slope(float v) {
    float e = lp_exp(-__builtin_fabsf(v)), q = 1 + e;
    return e / (q * q);
}

LP_INLINE float lp_tanh_slope(float v) { return 4 * lp_sigmoid_slope(2 * v); }

#undef LP_MAP
#define LP_MAP(slope) LP_EACH(i, n) { float v = x[i]; (void)v; y[i] = g[i] * (slope); } break

LP_CLONES void lpn_unary_backward(int32_t kind, lp_view from, lp_view dy, lp_view to, lp_area area, bool accumulate) {
    lp_tile s, t, u;
    LP_TILES(area, r, c, n) {
        const float *x = lp_load(from, r, c, n, s), *g = lp_load(dy, r, c, n, u);
        float *y = lp_place(to, r, c, accumulate, t);
        switch (kind) {
        case LP_SILU: LP_MAP(lp_silu_slope(v));
        case LP_SIGMOID: LP_MAP(lp_sigmoid_slope(v));
        case LP_TANH: LP_MAP(lp_tanh_slope(v));
        case LP_RELU: LP_MAP(v > 0 ? 1.0f : 0.0f);
        case LP_EXP: LP_MAP(lp_exp(v));
        case LP_LOG: LP_MAP(1 / v);
        case LP_SQUARE: LP_MAP(2 * v);
        case LP_SQUARE_ROOT: LP_MAP(0.5f / __builtin_elementwise_sqrt(v));
        case LP_RECIPROCAL: LP_MAP(-1 / (v * v));
        case LP_NEGATE: LP_MAP(-1.0f);
        case LP_ABSOLUTE: LP_MAP(v > 0 ? 1.0f : v < 0 ? -1.0f : 0.0f);
        case LP_SOFTPLUS: LP_MAP(lp_sigmoid(v));
        case LP_GELU: LP_MAP(lp_gelu_slope(v));
        default: LP_MAP(lp_gelu_tanh_slope(v));
        }
        lp_store(to, r, c, n, y, accumulate);
    }
}

LP_CLONES void lpn_multiply(lp_view a, lp_view b, lp_view c, lp_area area, bool accumulate) {
    lp_tile s, t, u;
    LP_TILES(area, r, k, n) {
        const float *x = lp_load(a, r, k, n, s), *y = lp_load(b, r, k, n, t);
        float *z = lp_place(c, r, k, accumulate, u);
        LP_EACH(i, n) z[i] = x[i] * y[i];
        lp_store(c, r, k, n, z, accumulate);
    }
}

LP_CLONES void lpn_scale_rows(lp_view x, lp_view s, lp_view y, lp_area area, bool accumulate) {
    lp_tile t, u;
    LP_ROWS(area, r) {
        float factor = lp_get(s, r);
        LP_SPAN(area.column, area.columnEnd, c, n) {
            const float *from = lp_load(x, r, c, n, t);
            float *to = lp_place(y, r, c, accumulate, u);
            LP_EACH(i, n) to[i] = factor * from[i];
            lp_store(y, r, c, n, to, accumulate);
        }
    }
}

LP_CLONES void lpn_scale_columns(lp_view x, lp_view s, lp_view y, lp_area area, bool accumulate) {
    lp_tile t, u, w;
    LP_TILES(area, r, c, n) {
        const float *from = lp_load(x, r, c, n, t), *factor = lp_load(s, 0, c, n, w);
        float *to = lp_place(y, r, c, accumulate, u);
        LP_EACH(i, n) to[i] = factor[i] * from[i];
        lp_store(y, r, c, n, to, accumulate);
    }
}

LP_CLONES void lpn_add_to_rows(lp_view b, lp_view y, lp_area area) {
    lp_tile s;
    LP_TILES(area, r, c, n) lp_store(y, r, c, n, lp_load(b, 0, c, n, s), true);
}

LP_CLONES void lpn_spread(lp_view value, lp_view w, double scale, lp_view y, lp_area area, bool accumulate) {
    lp_tile t;
    float factor = (float)(lp_get(value, 0) * scale);
    LP_ROWS(area, r) {
        float number = w.data ? factor * lp_get(w, r) : factor;
        LP_SPAN(area.column, area.columnEnd, c, n) {
            LP_EACH(i, n) t[i] = number;
            lp_store(y, r, c, n, t, accumulate);
        }
    }
}

LP_CLONES void lpn_swiglu(lp_view gate, lp_view up, lp_view y, lp_area area) {
    lp_tile s, t, u;
    LP_TILES(area, r, c, n) {
        const float *g = lp_load(gate, r, c, n, s), *x = lp_load(up, r, c, n, t);
        float *z = lp_place(y, r, c, false, u);
        LP_EACH(i, n) z[i] = g[i] / (1 + lp_exp(-g[i])) * x[i];
        lp_store(y, r, c, n, z, false);
    }
}

LP_CLONES void lpn_swiglu_backward(
    lp_view gate, lp_view up, lp_view dy, lp_view d_gate, bool add_gate, lp_view d_up, bool add_up, lp_area area) {
    lp_tile s, t, u, v, w;
    LP_TILES(area, r, c, n) {
        const float *g = lp_load(gate, r, c, n, s), *x = lp_load(up, r, c, n, t), *d = lp_load(dy, r, c, n, u);
        float *a = d_gate.data ? lp_place(d_gate, r, c, add_gate, v) : v;
        float *b = d_up.data ? lp_place(d_up, r, c, add_up, w) : w;
        LP_EACH(i, n) {
            float sigmoid = 1 / (1 + lp_exp(-g[i])), silu = g[i] * sigmoid, slope = sigmoid + silu * (1 - sigmoid);
            a[i] = d[i] * x[i] * slope;
            b[i] = d[i] * silu;
        }
        if (d_gate.data) lp_store(d_gate, r, c, n, a, add_gate);
        if (d_up.data) lp_store(d_up, r, c, n, b, add_up);
    }
}
