#include "numbers.h"

LP_CLONES void lpn_adam(
    lp_adam step, float *weights, lp_view gradient, float *first, float *second, float factor, lp_view copy,
    lp_area area) {
    lp_tile s;
    LP_SPAN(area.column, area.columnEnd, c, n) {
        const float *gradients = lp_load(gradient, 0, c, n, s);
        float *w = weights + c, *m = first + c, *v = second + c;
        LP_EACH(i, n) {
            float g = gradients[i] * factor, decayed = w[i] * step.keep;
            float mean = m[i] + step.first_share * (g - m[i]);
            float square = v[i] * step.beta2 + step.second_share * g * g;
            float root = __builtin_elementwise_sqrt(square) / step.root + step.epsilon;
            m[i] = mean;
            v[i] = square;
            w[i] = decayed + step.negative_step * mean / root;
        }
        if (copy.data) lp_store(copy, 0, c, n, w, false);
    }
}
