#include "numbers.h"

LP_CLONES void lpn_rms_norm(lp_view x, lp_view weight, lp_view y, lp_view reciprocals, double epsilon, lp_area area) {
    lp_tile s, t, u;
    LP_ROWS(area, r) {
        double sum = 0;
        LP_SPAN(area.column, area.columnEnd, c, n) {
            const float *a = lp_load(x, r, c, n, s);
            sum += lp_dot(a, a, n);
        }
        float reciprocal = (float)(1 / __builtin_elementwise_sqrt(sum / (double)area.columnEnd + epsilon));
        lp_put(reciprocals, r, reciprocal, false);
        LP_SPAN(area.column, area.columnEnd, c, n) {
            const float *a = lp_load(x, r, c, n, s), *w = lp_load(weight, 0, c, n, t);
            float *to = lp_place(y, r, c, false, u);
            LP_EACH(i, n) to[i] = a[i] * reciprocal * w[i];
            lp_store(y, r, c, n, to, false);
        }
    }
}

LP_CLONES void lpn_rms_norm_backward(
    lp_view x, lp_view weight, lp_view reciprocals, lp_view dy, lp_view dx, bool accumulate, float *partial,
    lp_area area) {
    lp_tile s, t, u, v;
    if (partial) memset(partial + area.column, 0, (area.columnEnd - area.column) * sizeof *partial);
    LP_ROWS(area, r) {
        float reciprocal = lp_get(reciprocals, r), share = 0;
        if (dx.data) {
            double sum = 0;
            LP_SPAN(area.column, area.columnEnd, c, n) {
                const float *a = lp_load(x, r, c, n, s), *w = lp_load(weight, 0, c, n, t), *d = lp_load(dy, r, c, n, u);
                LP_EACH(i, n) v[i] = d[i] * w[i];
                sum += lp_dot(a, v, n);
            }
            share = (float)(sum * reciprocal * reciprocal / (double)area.columnEnd);
        }
        LP_SPAN(area.column, area.columnEnd, c, n) {
            const float *a = lp_load(x, r, c, n, s), *d = lp_load(dy, r, c, n, u);
            if (dx.data) {
                const float *w = lp_load(weight, 0, c, n, t);
                float *to = lp_place(dx, r, c, accumulate, v);
                LP_EACH(i, n) to[i] = reciprocal * (d[i] * w[i] - a[i] * share);
                lp_store(dx, r, c, n, to, accumulate);
            }
            if (partial) {
                float *to = partial + c;
                LP_EACH(i, n) to[i] += d[i] * (a[i] * reciprocal);
            }
        }
    }
}

LP_CLONES void lpn_layer_norm(
    lp_view x, lp_view weight, lp_view bias, lp_view y, lp_view statistics, double epsilon, lp_area area) {
    lp_tile s, t, u, v;
    LP_ROWS(area, r) {
        double sum = 0, squares = 0;
        LP_SPAN(area.column, area.columnEnd, c, n) sum += lp_sum(lp_load(x, r, c, n, s), n);
        float mean = (float)(sum / (double)area.columnEnd);
        LP_SPAN(area.column, area.columnEnd, c, n) {
            const float *a = lp_load(x, r, c, n, s);
            LP_EACH(i, n) t[i] = a[i] - mean;
            squares += lp_dot(t, t, n);
        }
        float reciprocal = (float)(1 / __builtin_elementwise_sqrt(squares / (double)area.columnEnd + epsilon));
        lp_put(statistics, lp_at(statistics, r, 0), mean, false);
        lp_put(statistics, lp_at(statistics, r, 1), reciprocal, false);
        LP_SPAN(area.column, area.columnEnd, c, n) {
            const float *a = lp_load(x, r, c, n, s), *w = lp_load(weight, 0, c, n, t), *b = lp_load(bias, 0, c, n, u);
            float *to = lp_place(y, r, c, false, v);
            LP_EACH(i, n) to[i] = (a[i] - mean) * reciprocal * w[i] + b[i];
            lp_store(y, r, c, n, to, false);
        }
    }
}

LP_CLONES void lpn_layer_norm_backward(
    lp_view x, lp_view weight, lp_view statistics, lp_view dy, lp_view dx, bool accumulate, float *weight_partial,
    float *bias_partial, lp_area area) {
    lp_tile s, t, u, v;
    double columns = (double)area.columnEnd;
    if (weight_partial) {
        memset(weight_partial + area.column, 0, (area.columnEnd - area.column) * sizeof(float));
        memset(bias_partial + area.column, 0, (area.columnEnd - area.column) * sizeof(float));
    }
    LP_ROWS(area, r) {
        float mean = lp_get(statistics, lp_at(statistics, r, 0)), scale = lp_get(statistics, lp_at(statistics, r, 1));
        float shift = 0, share = 0;
        if (dx.data) {
            double sum = 0, dot = 0;
            LP_SPAN(area.column, area.columnEnd, c, n) {
                const float *a = lp_load(x, r, c, n, s), *w = lp_load(weight, 0, c, n, t), *d = lp_load(dy, r, c, n, u);
                float *normal = s;
                LP_EACH(i, n) {
                    v[i] = d[i] * w[i];
                    normal[i] = (a[i] - mean) * scale;
                }
                sum += lp_sum(v, n);
                dot += lp_dot(v, normal, n);
            }
            shift = (float)(sum / columns);
            share = (float)(dot / columns);
        }
        LP_SPAN(area.column, area.columnEnd, c, n) {
            const float *a = lp_load(x, r, c, n, s), *d = lp_load(dy, r, c, n, u);
            if (dx.data) {
                const float *w = lp_load(weight, 0, c, n, t);
                float *to = lp_place(dx, r, c, accumulate, v);
                LP_EACH(i, n) to[i] = scale * (d[i] * w[i] - shift - (a[i] - mean) * scale * share);
                lp_store(dx, r, c, n, to, accumulate);
            }
            if (weight_partial) {
                float *dw = weight_partial + c, *db = bias_partial + c;
                LP_EACH(i, n) {
                    dw[i] += d[i] * ((a[i] - mean) * scale);
                    db[i] += d[i];
                }
            }
        }
    }
}
