// Loops over rows of float32 and bfloat16 numbers, for training. They compute in float32 (double where a line says so), so that
// each is written once for any mix of the two types. Processor variants of one loop differ by rounding alone.
#ifndef LETTERPRESS_CNUMBERS_H
#define LETTERPRESS_CNUMBERS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// How a number is stored.
enum { LP_FLOAT32 = 0, LP_BFLOAT16 = 1, LP_INT32 = 2, LP_UINT8 = 3 };

/// A matrix: the number in row r, column c stands at r * stride + c.
typedef struct {
    void *data;
    ptrdiff_t stride;
    int32_t type;
} lp_view;

/// The part of a matrix one call works on: rows row ..< rowEnd, columns column ..< columnEnd. Places are counted in the whole.
typedef struct {
    size_t row, rowEnd, column, columnEnd;
} lp_area;

// Memory and threads

/// Zeroed memory aligned to 64 bytes; NULL if the system gives none.
void *lp_memory_take(size_t bytes);

/// Gives back what lp_memory_take gave for the same number of bytes.
void lp_memory_give(void *memory, size_t bytes);

/// Makes OpenMP, where the process has it, work on the calling thread alone when called from it.
void lp_openmp_alone(void);

// Filling and moving. `area` is the part of the result that a call fills where no line says otherwise; `accumulate` adds to
// what stands there. A view whose data is NULL stands for an operand that is not given.

/// x = value, of any type.
void lpn_fill(lp_view x, lp_area area, double value);

/// y (+)= scale x; int32 and uint8 as they are.
void lpn_copy(lp_view x, lp_view y, lp_area area, double scale, bool accumulate);

/// y[c,r] = x[r,c] for the rows and columns r, c of x in `area`.
void lpn_transpose(lp_view x, lp_view y, lp_area area);

/// y[r,c] = x[indices[r],c], or 0 (of int32: -1) where the index is negative.
void lpn_gather_rows(lp_view x, const int32_t *indices, lp_view y, lp_area area, bool accumulate);

/// y[indices[r],c] += x[r,c] in ascending r; negative indices are skipped. `area` is a part of x.
void lpn_scatter_add_rows(lp_view x, const int32_t *indices, lp_view y, lp_area area);

/// y[r,k] = x[r,indices[r,k]], or 0 where the index is negative.
void lpn_gather_elements(lp_view x, lp_view indices, lp_view y, lp_area area);

/// x[r,indices[r,k]] += y[r,k] in ascending k; negative indices are skipped. `area` is a part of y.
void lpn_scatter_add_elements(lp_view y, lp_view indices, lp_view x, lp_area area);

/// Whether all of `count` indices lie in lowest ..< limit.
bool lpn_indices_within(const int32_t *indices, size_t count, int32_t lowest, int32_t limit);

// Random numbers: those of RandomKey with `key` as its bits, bit for bit; places are counted over rows of `columns`

/// x = low + (high - low) u.
void lpn_fill_uniform(lp_view x, size_t columns, double low, double high, uint64_t key, lp_area area);

/// x = deviation sqrt(-2 ln(1 - u)) cos(2 pi v), in double.
void lpn_fill_normal(lp_view x, size_t columns, double deviation, uint64_t key, lp_area area);

/// y (+)= x scale where the 24 highest bits reach `threshold`, 0 elsewhere; x[r, c] draws number first + r columns + c. y may be x.
void lpn_dropout(
    lp_view x, lp_view y, size_t columns, uint64_t threshold, float scale, uint64_t key, uint64_t first, lp_area area,
    bool accumulate);

// Elementwise

/// Functions of one number.
enum {
    LP_SILU, LP_SIGMOID, LP_TANH, LP_RELU, LP_EXP, LP_LOG, LP_SQUARE, LP_SQUARE_ROOT, LP_RECIPROCAL, LP_NEGATE, LP_ABSOLUTE,
    LP_SOFTPLUS, LP_GELU, LP_GELU_TANH
};

/// y (+)= f(x).
void lpn_unary(int32_t kind, lp_view x, lp_view y, lp_area area, bool accumulate);

/// dx (+)= dy f'(x).
void lpn_unary_backward(int32_t kind, lp_view x, lp_view dy, lp_view dx, lp_area area, bool accumulate);

/// c (+)= a b.
void lpn_multiply(lp_view a, lp_view b, lp_view c, lp_area area, bool accumulate);

/// y (+)= s[r] x.
void lpn_scale_rows(lp_view x, lp_view s, lp_view y, lp_area area, bool accumulate);

/// y (+)= s[c] x.
void lpn_scale_columns(lp_view x, lp_view s, lp_view y, lp_area area, bool accumulate);

/// y += b[c].
void lpn_add_to_rows(lp_view b, lp_view y, lp_area area);

/// y (+)= value[0] scale w[r].
void lpn_spread(lp_view value, lp_view w, double scale, lp_view y, lp_area area, bool accumulate);

/// y = silu(gate) up.
void lpn_swiglu(lp_view gate, lp_view up, lp_view y, lp_area area);

/// The gradients of lpn_swiglu; either may be missing.
void lpn_swiglu_backward(
    lp_view gate, lp_view up, lp_view dy, lp_view d_gate, bool add_gate, lp_view d_up, bool add_up, lp_area area);

// Sums. `partial` takes the sums over the rows of `area` alone; lpn_join_columns joins those of all chunks in order.

/// s[r] (+)= sum over columns of x y, or of x.
void lpn_row_dots(lp_view x, lp_view y, lp_view s, lp_area area, bool accumulate);

/// partial[c] = sum over rows of x y, or of x.
void lpn_column_dots(lp_view x, lp_view y, float *partial, lp_area area);

/// s[c] (+)= sum over chunks of partial[chunk * step + c], in double, for the columns of `area`.
void lpn_join_columns(const float *partial, size_t chunks, size_t step, lp_view s, lp_area area, bool accumulate);

/// Sum over `area` of w[c] x[r,c], or of x[r,c], in double. `area` has one row.
double lpn_weighted_sum(lp_view x, lp_view w, lp_area area);

/// Sum of squares over `area`, in double.
double lpn_sum_of_squares(lp_view x, lp_area area);

/// How many numbers of `area` are infinite or not a number.
size_t lpn_count_non_finite(lp_view x, lp_area area);

// Norms and rotation; `columns` is the whole row

/// y = x reciprocals[r] weight[c], reciprocals[r] = 1 / sqrt(mean x^2 + epsilon).
void lpn_rms_norm(lp_view x, lp_view weight, lp_view y, lp_view reciprocals, double epsilon, lp_area area);

/// The gradients of lpn_rms_norm: dx (may be missing) and the rows' part of that of the weight (may be NULL).
void lpn_rms_norm_backward(
    lp_view x, lp_view weight, lp_view reciprocals, lp_view dy, lp_view dx, bool accumulate, float *partial, lp_area area);

/// y = (x - mean) reciprocal weight + bias; statistics[r,2] = mean, reciprocal.
void lpn_layer_norm(
    lp_view x, lp_view weight, lp_view bias, lp_view y, lp_view statistics, double epsilon, lp_area area);

/// The gradients of lpn_layer_norm: dx (may be missing) and the rows' part of those of weight and bias (may be NULL).
void lpn_layer_norm_backward(
    lp_view x, lp_view weight, lp_view statistics, lp_view dy, lp_view dx, bool accumulate, float *weight_partial,
    float *bias_partial, lp_area area);

/// Half-split rotation of `heads` heads of `width` columns in the rows of `area`; one of negative position is copied. y may be x.
void lpn_rotary(
    lp_view x, const int32_t *positions, lp_view cosines, lp_view sines, bool inverse, lp_view y, size_t heads,
    size_t width, bool accumulate, lp_area area);

// Distributions, over whole rows

/// y = softmax(scale x).
void lpn_softmax(lp_view x, lp_view y, double scale, lp_area area);

/// dx (+)= scale y (dy - sum(y dy)).
void lpn_softmax_backward(lp_view y, lp_view dy, lp_view dx, double scale, lp_area area, bool accumulate);

/// z = logits / temperature: log_sums[r] = log sum exp z; logp[r] = z[target] - log_sums[r], 0 for a negative target.
void lpn_log_probabilities(
    lp_view logits, const int32_t *targets, double temperature, lp_view logp, lp_view log_sums, lp_area area);

/// d = gradient[r] (1[target] - exp(z - log_sums[r])) / temperature, 0 for a negative target. d may be logits.
void lpn_log_probabilities_backward(
    lp_view logits, const int32_t *targets, lp_view log_sums, lp_view gradient, double temperature, lp_view d, lp_area area);

/// entropy[r] of softmax(z), ranks[r] = how many logits are larger than the target's, 0 for a negative target.
void lpn_distribution_statistics(
    lp_view logits, const int32_t *targets, lp_view log_sums, double temperature, lp_view entropy, int32_t *ranks,
    lp_area area);

// Patches of pixels

/// x = pixels / 255; `planar`: from (place, channel) to (channel, place) in each row.
void lpn_unpack_pixels(
    lp_view pixels, lp_view x, float scale, lp_view origin, size_t channels, bool planar, lp_area area);

/// What a prediction is compared with.
enum { LP_NORMALISED, LP_RAW, LP_BERNOULLI };

/// errors[r] = mean error of prediction[r] against targets[indices[r]] / 255, 0 for a negative index.
void lpn_patch_errors(
    int32_t kind, lp_view prediction, lp_view targets, const int32_t *indices, lp_view errors, lp_area area);

/// d (+)= gradient[r] times the derivative of errors[r].
void lpn_patch_errors_backward(
    int32_t kind, lp_view prediction, lp_view targets, const int32_t *indices, lp_view gradient, lp_view d, lp_area area,
    bool accumulate);

// Order

/// The `count` largest of each row of `area`, largest first; of equals the smaller index first, NaN below everything.
/// heap: room for `count` numbers.
void lpn_top(lp_view x, size_t count, lp_view indices, lp_view values, uint64_t *heap, lp_area area);

/// Each row ascending, negative numbers as -1 behind the others; r * row_step is added to the others. y may be x.
void lpn_sort_indices(lp_view x, lp_view y, size_t count, size_t row_step, lp_area area);

/// Stable counting sort: order[i] the row at place i, -1 past the last; offsets[g] the first place of group g, g <= count.
void lpn_group_rows(const int32_t *groups, size_t rows, size_t count, int32_t *order, int32_t *offsets);

// Optimisation

/// Constants of an AdamW step, in PyTorch's order of operations.
typedef struct {
    float keep;          // 1 - rate decay
    float first_share;   // 1 - beta1
    float beta2, second_share;
    float root;          // sqrt(correction2)
    float epsilon;
    float negative_step; // -rate / correction1
} lp_adam;

/// One step on numbers area.column ..< area.columnEnd; gradient and copy (may be missing) of any number type.
void lpn_adam(
    lp_adam step, float *weights, lp_view gradient, float *first, float *second, float factor, lp_view copy, lp_area area);

#endif
