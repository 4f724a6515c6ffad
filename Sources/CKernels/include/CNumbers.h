// Loops over float32 and bfloat16 rows, for training.
#ifndef LETTERPRESS_CNUMBERS_H
#define LETTERPRESS_CNUMBERS_H
#include <stddef.h>
#include <stdint.h>

#endif
