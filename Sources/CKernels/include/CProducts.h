// Loops around matrix products: oneDNN multiplies, these finish tiles and do what attention needs between its products.
#ifndef LETTERPRESS_CPRODUCTS_H
#define LETTERPRESS_CPRODUCTS_H
#include "CNumbers.h"

/// c[rows,columns] (+)= scale sums + bias; sums: float32, data NULL for 0; bias: [columns], NULL for 0; c of any number type,
/// rounded once.
void lpp_finish(lp_view sums, float scale, const float *bias, lp_view c, size_t rows, size_t columns, bool accumulate);

/// c[rows,columns of `area`] (+)= scale a[rows,depth] b[columns,depth]' + bias, of factors of one type, rounded once: for few rows, with b
/// read once. Sums of a row are the same bits whatever other rows the call has. bias: NULL for 0; `widens`: bfloat16 factors are
/// widened even where the processor multiplies them as they are.
void lpp_rows(
    lp_view a, lp_view b, size_t depth, float scale, const float *bias, lp_view c, bool accumulate, bool widens,
    lp_area area);

// Attention. A block is the scores of some queries with some adjacent keys; its rows, and those of bfloat16 weights, are a
// multiple of 16 numbers apart, and what lies between their columns and the next such multiple is scratch.

/// What a block's queries see: keys below their limit, of their segment.
typedef struct {
    const int32_t *limits;          // [rows], counted from the sequence's first key; NULL: all keys
    const int32_t *query_segments;  // [rows]; NULL: segments do not matter
    const int32_t *key_segments;    // [columns] of the block; negative: seen by nobody
    size_t first;                   // the block's first key
} lp_sight;

/// Whether a query of `rows` may share a segment with a key of `columns`: by the smallest and largest of both.
bool lpp_segments_meet(const int32_t *queries, size_t rows, const int32_t *keys, size_t columns);

/// Softmax over blocks that come one after the other. scores[rows,columns]: products of queries and keys, which become
/// weights exp(scale score - largest) in place or, where `weights` is given, there as bfloat16; 0 where a query does not see a
/// key. largest[rows] and sums[rows] follow; o[rows,width], what was summed with earlier weights, is scaled down to the new
/// largest. The first block begins largest and sums and leaves o alone.
void lpp_softmax_block(
    lp_view scores, uint16_t *weights, lp_sight sight, float scale, bool first, float *largest, float *sums, lp_view o,
    size_t rows, size_t columns, size_t width);

/// y[rows,width] = o / sums, log_sums[rows] = largest + log(sums); 0 and -infinity where sums is 0, and o is not read there.
void lpp_softmax_finish(
    lp_view o, const float *largest, const float *sums, lp_view y, float *log_sums, size_t rows, size_t width);

/// to[rows,width] = weights[rows,keys] v[keys,width], each sum in ascending order: for few rows, with v read once. weights:
/// float32; rows of `to` lie close together.
void lpp_read(lp_view weights, lp_view v, float *to, size_t rows, size_t keys, size_t width);

/// One row of attention from `count` parts of its keys, in their order: part p has its largest score, its sum of weights exp(score -
/// largest) and what was summed with them (parts[width]) `p * step` numbers on. Parts whose sum is 0 are not read. y and
/// log_sum as lpp_softmax_finish.
void lpp_softmax_join(
    const float *parts, const float *largest, const float *sums, size_t step, size_t count, lp_view y, float *log_sum,
    size_t width);

/// Weights exp(scale score - log_sums[r]) in place of `scores`, and (d - delta[r]) weight scale in place of `d`; both 0
/// where a query does not see a key. With `weights` and `gradients` both go there as bfloat16 instead, rows as far apart.
void lpp_softmax_gradient_block(
    lp_view scores, lp_view d, uint16_t *weights, uint16_t *gradients, lp_sight sight, float scale,
    const float *log_sums, const float *delta, size_t rows, size_t columns);

/// sums[columns] += the weights exp(scale score - log_sums[r]) of all rows, in ascending order. `scores` is overwritten.
void lpp_weight_sums(
    lp_view scores, lp_sight sight, float scale, const float *log_sums, float *sums, size_t rows, size_t columns);

#endif
