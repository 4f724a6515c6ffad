#include "CProducts.h"
#include "numbers.h"

LP_CLONES void lpp_finish(
    lp_view sums, float scale, const float *bias, lp_view c, size_t rows, size_t columns, bool accumulate) {
    lp_tile t;
    for (size_t r = 0; r < rows; r++)
        LP_SPAN(0, columns, first, n) {
            float *to = lp_place(c, r, first, accumulate, t);
            if (sums.data) {
                const float *from = (const float *)sums.data + lp_at(sums, r, first);
                LP_EACH(i, n) to[i] = scale * from[i];
            } else {
                LP_EACH(i, n) to[i] = 0;
            }
            if (bias) LP_EACH(i, n) to[i] += bias[first + i];
            lp_store(c, r, first, n, to, accumulate);
        }
}
