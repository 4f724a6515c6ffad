// Single-precision products of OpenBLAS and of oneDNN, and oneDNN's of bfloat16, at the shapes of a training step.
//
// gcc -O2 Tests/Peers/products.c -o products -lopenblas -ldnnl
// for n in 1 2; do OMP_NUM_THREADS=$n OPENBLAS_NUM_THREADS=$n ./products; done
// Needs Debian's libopenblas-dev and libdnnl-dev. Prints GFLOP/s, medians of nine; OPENBLAS_CORETYPE=SKYLAKEX forces OpenBLAS's
// kernels for AVX-512 where it does not know the processor.
#include <cblas.h>
#include <dnnl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

extern char *openblas_get_corename(void);
enum { runs = 9, most = 2048 * 2048 };

static double seconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec * 1e-9;
}

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double middle(double *times) {
    qsort(times, runs, sizeof *times, compare);
    return times[runs / 2];
}

static double half(dnnl_engine_t engine, dnnl_stream_t stream, int m, int n, int k, int ta, int tb, void *a, void *b, void *c) {
    dnnl_dims_t da = {m, k}, db = {k, n}, dc = {m, n};
    dnnl_dims_t sa = {ta ? 1 : k, ta ? m : 1}, sb = {tb ? 1 : n, tb ? k : 1}, sc = {n, 1};
    dnnl_memory_desc_t ma, mb, mc;
    dnnl_memory_desc_init_by_strides(&ma, 2, da, dnnl_bf16, sa);
    dnnl_memory_desc_init_by_strides(&mb, 2, db, dnnl_bf16, sb);
    dnnl_memory_desc_init_by_strides(&mc, 2, dc, dnnl_f32, sc);
    dnnl_matmul_desc_t plan;
    dnnl_primitive_desc_t description;
    dnnl_primitive_t primitive;
    if (dnnl_matmul_desc_init(&plan, &ma, &mb, NULL, &mc)
        || dnnl_primitive_desc_create(&description, &plan, NULL, engine, NULL)
        || dnnl_primitive_create(&primitive, description))
        return 0;
    dnnl_memory_t x, y, z;
    dnnl_memory_create(&x, &ma, engine, a);
    dnnl_memory_create(&y, &mb, engine, b);
    dnnl_memory_create(&z, &mc, engine, c);
    dnnl_exec_arg_t arguments[] = {{DNNL_ARG_SRC, x}, {DNNL_ARG_WEIGHTS, y}, {DNNL_ARG_DST, z}};
    double times[runs];
    for (int i = 0; i < runs; i++) {
        double start = seconds();
        for (int r = 0; r < 3; r++) {
            dnnl_primitive_execute(primitive, stream, 3, arguments);
            dnnl_stream_wait(stream);
        }
        times[i] = (seconds() - start) / 3;
    }
    return 2.0 * m * n * k / middle(times) / 1e9;
}

int main(void) {
    static const int shapes[][5] = {
        {2048, 512, 512, 0, 1}, {2048, 1408, 512, 0, 1}, {2048, 512, 1408, 0, 1}, {2048, 512, 1408, 0, 0},
        {512, 512, 2048, 1, 0}, {1408, 512, 2048, 1, 0}, {2048, 768, 512, 0, 1}};
    dnnl_engine_t engine;
    dnnl_stream_t stream;
    dnnl_engine_create(&engine, dnnl_cpu, 0);
    dnnl_stream_create(&stream, engine, dnnl_stream_default_flags);
    float *a = aligned_alloc(64, 4 * most), *b = aligned_alloc(64, 4 * most), *c = aligned_alloc(64, 4 * most);
    for (int i = 0; i < most; i++) a[i] = i % 97 * 0.01f, b[i] = i % 89 * 0.01f - 0.3f;
    printf("OpenBLAS kernels: %s\n", openblas_get_corename());
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++) {
        int m = shapes[s][0], n = shapes[s][1], k = shapes[s][2], ta = shapes[s][3], tb = shapes[s][4];
        double open[runs], one[runs], work = 2.0 * m * n * k / 1e9;
        for (int i = 0; i < runs; i++) {
            double start = seconds();
            for (int r = 0; r < 3; r++)
                cblas_sgemm(CblasRowMajor, ta ? CblasTrans : CblasNoTrans, tb ? CblasTrans : CblasNoTrans, m, n, k, 1, a,
                    ta ? m : k, b, tb ? k : n, 0, c, n);
            open[i] = (seconds() - start) / 3;
            start = seconds();
            for (int r = 0; r < 3; r++)
                dnnl_sgemm(ta ? 'T' : 'N', tb ? 'T' : 'N', m, n, k, 1, a, ta ? m : k, b, tb ? k : n, 0, c, n);
            one[i] = (seconds() - start) / 3;
        }
        printf("%5d x %5d x %5d %c%c: OpenBLAS %.0f, oneDNN %.0f, oneDNN bf16 %.0f GFLOP/s\n", m, n, k, ta ? 'T' : 'N',
            tb ? 'T' : 'N', work / middle(open), work / middle(one), half(engine, stream, m, n, k, ta, tb, a, b, c));
    }
    return 0;
}
