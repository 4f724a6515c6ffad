// glibc malloc edge: settings of the heap.
#ifndef LETTERPRESS_CMALLOC_H
#define LETTERPRESS_CMALLOC_H
#include <malloc.h>
#endif
