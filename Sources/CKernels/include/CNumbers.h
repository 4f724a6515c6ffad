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

#endif
