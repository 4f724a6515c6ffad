#include "numbers.h"

static size_t lp_size(int32_t type) { return type == LP_UINT8 ? 1 : type == LP_BFLOAT16 ? 2 : 4; }

static void *lp_address(lp_view v, size_t r, size_t c) { return (char *)v.data + lp_at(v, r, c) * lp_size(v.type); }

LP_CLONES void lpn_fill(lp_view x, lp_area area, double value) {
    size_t n = area.columnEnd - area.column;
    LP_ROWS(area, r) {
        void *row = lp_address(x, r, area.column);
        switch (x.type) {
        case LP_FLOAT32: LP_EACH(i, n) ((float *)row)[i] = (float)value; break;
        case LP_BFLOAT16: LP_EACH(i, n) ((uint16_t *)row)[i] = lp_narrow((float)value); break;
        case LP_INT32: LP_EACH(i, n) ((int32_t *)row)[i] = (int32_t)value; break;
        default: memset(row, (uint8_t)value, n);
        }
    }
}

static void lp_move(lp_view x, lp_view y, lp_area area) {
    size_t bytes = (area.columnEnd - area.column) * lp_size(x.type);
    LP_ROWS(area, r) memcpy(lp_address(y, r, area.column), lp_address(x, r, area.column), bytes);
}

LP_CLONES void lpn_copy(lp_view x, lp_view y, lp_area area, double scale, bool accumulate) {
    if (x.type == y.type && scale == 1 && !accumulate) {
        lp_move(x, y, area);
        return;
    }
    lp_tile s, t;
    float factor = (float)scale;
    LP_TILES(area, r, c, n) {
        const float *from = lp_load(x, r, c, n, s);
        if (scale != 1) {
            float *to = lp_place(y, r, c, accumulate, t);
            LP_EACH(i, n) to[i] = factor * from[i];
            from = to;
        }
        lp_store(y, r, c, n, from, accumulate);
    }
}

LP_CLONES void lpn_transpose(lp_view x, lp_view y, lp_area area) {
    enum { side = 32 };
    float block[side][side], row[side], scratch[side];
    for (size_t c = area.column; c < area.columnEnd; c += side) {
        size_t width = area.columnEnd - c < side ? area.columnEnd - c : side;
        for (size_t r = area.row; r < area.rowEnd; r += side) {
            size_t height = area.rowEnd - r < side ? area.rowEnd - r : side;
            for (size_t i = 0; i < height; i++)
                memcpy(block[i], lp_load(x, r + i, c, width, scratch), width * sizeof(float));
            for (size_t j = 0; j < width; j++) {
                for (size_t i = 0; i < height; i++) row[i] = block[i][j];
                lp_store(y, c + j, r, height, row, false);
            }
        }
    }
}

LP_CLONES void lpn_gather_rows(lp_view x, const int32_t *indices, lp_view y, lp_area area, bool accumulate) {
    static const lp_tile zeros;
    lp_tile s;
    LP_ROWS(area, r) {
        int32_t from = indices[r];
        if (from < 0 && accumulate) continue;
        if (from < 0 && y.type == LP_INT32) {
            memset(lp_address(y, r, area.column), 0xFF, (area.columnEnd - area.column) * sizeof(int32_t));
            continue;
        }
        if (from >= 0 && x.type == y.type && !accumulate) {
            size_t bytes = (area.columnEnd - area.column) * lp_size(x.type);
            memcpy(lp_address(y, r, area.column), lp_address(x, (size_t)from, area.column), bytes);
            continue;
        }
        LP_SPAN(area.column, area.columnEnd, c, n) {
            lp_store(y, r, c, n, from < 0 ? zeros : lp_load(x, (size_t)from, c, n, s), accumulate);
        }
    }
}

LP_CLONES void lpn_scatter_add_rows(lp_view x, const int32_t *indices, lp_view y, lp_area area) {
    lp_tile s;
    LP_ROWS(area, r) {
        if (indices[r] < 0) continue;
        LP_SPAN(area.column, area.columnEnd, c, n) {
            lp_store(y, (size_t)indices[r], c, n, lp_load(x, r, c, n, s), true);
        }
    }
}

// Number (r, c), and what adds to it.
static float lp_number(lp_view v, size_t r, size_t c) { return lp_get(v, lp_at(v, r, c)); }

void lpn_gather_elements(lp_view x, lp_view indices, lp_view y, lp_area area) {
    LP_ROWS(area, r) {
        const int32_t *row = lp_address(indices, r, 0);
        for (size_t k = area.column; k < area.columnEnd; k++)
            lp_put(y, lp_at(y, r, k), row[k] < 0 ? 0 : lp_number(x, r, (size_t)row[k]), false);
    }
}

void lpn_scatter_add_elements(lp_view y, lp_view indices, lp_view x, lp_area area) {
    LP_ROWS(area, r) {
        const int32_t *row = lp_address(indices, r, 0);
        for (size_t k = area.column; k < area.columnEnd; k++)
            if (row[k] >= 0) lp_put(x, lp_at(x, r, (size_t)row[k]), lp_number(y, r, k), true);
    }
}

LP_CLONES bool lpn_indices_within(const int32_t *indices, size_t count, int32_t lowest, int32_t limit) {
    int32_t outside = 0;
    LP_EACH(i, count) outside |= (indices[i] < lowest) | (indices[i] >= limit);
    return !outside;
}
