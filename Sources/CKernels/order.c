#include "numbers.h"
#include <stdlib.h>

// Keys in the order of places: the larger number first, then the smaller index; NaN last.
static uint64_t lp_key(float x, size_t index) {
    uint32_t bits = lp_bits(x + 0.0f);  // -0 becomes 0, its equal
    uint32_t ascending = bits >> 31 ? ~bits : bits | 0x80000000u;
    if (x != x) ascending = 0;
    return (uint64_t)~ascending << 32 | (uint32_t)index;
}

static float lp_key_number(uint64_t key) {
    uint32_t ascending = ~(uint32_t)(key >> 32);
    if (ascending == 0) return __builtin_nanf("");
    return lp_single(ascending >> 31 ? ascending & 0x7FFFFFFF : ~ascending);
}

// Lets heap[at] sink below larger keys, so that heap[0] is the largest of `count`.
static void lp_sink(uint64_t *heap, size_t count, size_t at) {
    uint64_t key = heap[at];
    for (size_t below; (below = 2 * at + 1) < count; at = below) {
        if (below + 1 < count && heap[below + 1] > heap[below]) below++;
        if (heap[below] <= key) break;
        heap[at] = heap[below];
    }
    heap[at] = key;
}

LP_CLONES void lpn_top(lp_view x, size_t count, lp_view indices, lp_view values, uint64_t *heap, lp_area area) {
    lp_tile s;
    LP_ROWS(area, r) {
        size_t held = 0;
        LP_SPAN(0, area.columnEnd, c, n) {
            const float *from = lp_load(x, r, c, n, s);
            for (size_t first = 0; first < n; first += 64) {
                size_t end = n - first < 64 ? n : first + 64;
                // An equal number further on comes later, so a block without a larger one changes nothing.
                if (held == count && lp_largest(from + first, end - first) <= lp_key_number(heap[0])) continue;
                for (size_t i = first; i < end; i++) {
                    uint64_t key = lp_key(from[i], c + i);
                    if (held < count) {
                        heap[held++] = key;
                        if (held == count)
                            for (size_t k = count / 2; k-- > 0;) lp_sink(heap, count, k);
                    } else if (key < heap[0]) {
                        heap[0] = key;
                        lp_sink(heap, count, 0);
                    }
                }
            }
        }
        int32_t *to = (int32_t *)indices.data + lp_at(indices, r, 0);
        for (size_t k = count; k-- > 0;) {
            uint64_t last = heap[0];
            heap[0] = heap[k];
            lp_sink(heap, k, 0);
            to[k] = (int32_t)(uint32_t)last;
            if (values.data) lp_put(values, lp_at(values, r, k), lp_get(x, lp_at(x, r, (uint32_t)last)), false);
        }
    }
}

static int lp_compare_indices(const void *a, const void *b) {
    // As unsigned numbers the negative ones come last.
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

void lpn_sort_indices(lp_view x, lp_view y, size_t count, size_t row_step, lp_area area) {
    LP_ROWS(area, r) {
        int32_t *to = (int32_t *)y.data + lp_at(y, r, 0);
        memmove(to, (const int32_t *)x.data + lp_at(x, r, 0), count * sizeof *to);
        qsort(to, count, sizeof *to, lp_compare_indices);
        for (size_t k = 0; k < count; k++) to[k] = to[k] < 0 ? -1 : to[k] + (int32_t)(r * row_step);
    }
}

void lpn_group_rows(const int32_t *groups, size_t rows, size_t count, int32_t *order, int32_t *offsets) {
    memset(offsets, 0, (count + 1) * sizeof *offsets);
    for (size_t r = 0; r < rows; r++)
        if (groups[r] >= 0) offsets[groups[r] + 1]++;
    for (size_t g = 0; g < count; g++) offsets[g + 1] += offsets[g];
    int32_t placed = offsets[count];
    // offsets[g] runs to the group's end, which is the next group's beginning.
    for (size_t r = 0; r < rows; r++)
        if (groups[r] >= 0) order[offsets[groups[r]]++] = (int32_t)r;
    memmove(offsets + 1, offsets, count * sizeof *offsets);
    offsets[0] = 0;
    for (size_t i = (size_t)placed; i < rows; i++) order[i] = -1;
}
