// oneDNN edge: the calls that Tensors needs. Matrix products of bfloat16 factors are primitives, whose descriptors hold unions
// and arrays that Swift sees badly; the functions below take plain numbers instead.
#ifndef LETTERPRESS_CONEDNN_H
#define LETTERPRESS_CONEDNN_H
#include <dnnl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Sides, leading dimensions and kinds of c[m,n] (+)= a[m,k] b[k,n] (+ bias[n]), all row-major: a and b are bfloat16, c is
/// float32 or (narrow) bfloat16, bias is float32.
typedef struct {
    int64_t m, n, k, a_stride, b_stride, c_stride;
    bool a_transposed, b_transposed, narrow, biased, accumulate;
} lp_matmul_shape;

/// A product made ready. `memories`: a, b, bias, c, scratch; the first four are NULL in a product of any sides.
typedef struct {
    dnnl_primitive_t primitive;
    dnnl_memory_t memories[5];
    size_t scratch_bytes;
} lp_matmul;

static inline dnnl_status_t lp_matmul_describe(const lp_matmul_shape *s, bool any, dnnl_memory_desc_t described[4]) {
    const dnnl_dim_t free = DNNL_RUNTIME_DIM_VAL;
    dnnl_dim_t m = any ? free : s->m, n = any ? free : s->n, k = any ? free : s->k;
    dnnl_dim_t la = any ? free : s->a_stride, lb = any ? free : s->b_stride, lc = any ? free : s->c_stride;
    dnnl_dims_t sides[4] = {{m, k}, {k, n}, {1, n}, {m, n}};
    dnnl_dims_t strides[4] = {
        {s->a_transposed ? 1 : la, s->a_transposed ? la : 1}, {s->b_transposed ? 1 : lb, s->b_transposed ? lb : 1},
        {n, 1}, {lc, 1}};
    dnnl_data_type_t types[4] = {dnnl_bf16, dnnl_bf16, dnnl_f32, s->narrow ? dnnl_bf16 : dnnl_f32};
    dnnl_status_t status = dnnl_success;
    for (int i = 0; i < 4 && status == dnnl_success; i++)
        status = dnnl_memory_desc_init_by_strides(&described[i], 2, sides[i], types[i], strides[i]);
    return status;
}

static inline void lp_matmul_free(lp_matmul *matmul) {
    for (int i = 0; i < 5; i++)
        if (matmul->memories[i]) dnnl_memory_destroy(matmul->memories[i]);
    if (matmul->primitive) dnnl_primitive_destroy(matmul->primitive);
    *matmul = (lp_matmul){0};
}

static inline dnnl_status_t lp_matmul_attributes(dnnl_primitive_attr_t *attributes, bool accumulate) {
    dnnl_status_t status = dnnl_primitive_attr_create(attributes);
    if (status == dnnl_success)
        status = dnnl_primitive_attr_set_scratchpad_mode(*attributes, dnnl_scratchpad_mode_user);
    if (status != dnnl_success || !accumulate) return status;
    dnnl_post_ops_t after = NULL;
    status = dnnl_post_ops_create(&after);
    if (status == dnnl_success) status = dnnl_post_ops_append_sum(after, 1);
    if (status == dnnl_success) status = dnnl_primitive_attr_set_post_ops(*attributes, after);
    if (after) dnnl_post_ops_destroy(after);
    return status;
}

/// Makes the product of `shape` ready in `matmul`; `any` leaves sides and strides open until it runs, which costs no time for
/// new shapes but a third of the speed of small ones. Fails with dnnl_unimplemented where the processor cannot do it.
static inline dnnl_status_t lp_matmul_make(
    dnnl_engine_t engine, const lp_matmul_shape *shape, bool any, lp_matmul *matmul) {
    *matmul = (lp_matmul){0};
    dnnl_memory_desc_t described[4];
    dnnl_matmul_desc_t operation;
    dnnl_primitive_attr_t attributes = NULL;
    dnnl_primitive_desc_t description = NULL;
    dnnl_status_t status = lp_matmul_describe(shape, any, described);
    if (status == dnnl_success)
        status = dnnl_matmul_desc_init(
            &operation, &described[0], &described[1], shape->biased ? &described[2] : NULL, &described[3]);
    if (status == dnnl_success) status = lp_matmul_attributes(&attributes, shape->accumulate);
    if (status == dnnl_success)
        status = dnnl_primitive_desc_create(&description, &operation, attributes, engine, NULL);
    if (status == dnnl_success) status = dnnl_primitive_create(&matmul->primitive, description);
    if (status == dnnl_success) {
        const dnnl_memory_desc_t *scratch = dnnl_primitive_desc_query_md(description, dnnl_query_scratchpad_md, 0);
        matmul->scratch_bytes = dnnl_memory_desc_get_size(scratch);
        status = dnnl_memory_create(&matmul->memories[4], scratch, engine, DNNL_MEMORY_NONE);
    }
    for (int i = 0; i < 4 && !any && status == dnnl_success; i++)
        status = dnnl_memory_create(&matmul->memories[i], &described[i], engine, DNNL_MEMORY_NONE);
    if (description) dnnl_primitive_desc_destroy(description);
    if (attributes) dnnl_primitive_attr_destroy(attributes);
    if (status != dnnl_success) lp_matmul_free(matmul);
    return status;
}

/// Runs a product made ready for `shape`, or for any, on the calling thread. `scratch` has room for its scratch_bytes.
static inline dnnl_status_t lp_matmul_run(
    const lp_matmul *matmul, const lp_matmul_shape *shape, dnnl_engine_t engine, dnnl_stream_t stream, const void *a,
    const void *b, const float *bias, void *c, void *scratch) {
    void *places[4] = {(void *)a, (void *)b, (void *)bias, c};
    static const int roles[5] = {DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_BIAS, DNNL_ARG_DST, DNNL_ARG_SCRATCHPAD};
    const bool any = !matmul->memories[0];
    dnnl_memory_desc_t described[4];
    dnnl_memory_t made[4] = {0};
    dnnl_exec_arg_t arguments[5];
    int count = 0;
    dnnl_status_t status = any ? lp_matmul_describe(shape, false, described) : dnnl_success;
    for (int i = 0; i < 5 && status == dnnl_success; i++) {
        if (i == 2 && !shape->biased) continue;
        dnnl_memory_t memory = matmul->memories[i];
        if (i == 4) {
            status = dnnl_memory_set_data_handle(memory, scratch);
        } else if (any) {
            status = dnnl_memory_create(&made[i], &described[i], engine, places[i]);
            memory = made[i];
        } else {
            status = dnnl_memory_set_data_handle(memory, places[i]);
        }
        arguments[count++] = (dnnl_exec_arg_t){roles[i], memory};
    }
    if (status == dnnl_success) status = dnnl_primitive_execute(matmul->primitive, stream, count, arguments);
    for (int i = 0; i < 4; i++)
        if (made[i]) dnnl_memory_destroy(made[i]);
    return status;
}

#endif
