#define _GNU_SOURCE
#include "CNumbers.h"
#include <dlfcn.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

// From this size on memory comes from the system in large pages where it has them, which are zero already.
static const size_t lp_large = 1 << 20;

void *lp_memory_take(size_t bytes) {
    if (bytes < lp_large) {
        size_t size = (bytes + 64) / 64 * 64;
        void *memory = aligned_alloc(64, size);
        return memory ? memset(memory, 0, size) : NULL;
    }
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return NULL;
    madvise(memory, bytes, MADV_HUGEPAGE);  // advice alone: a system without large pages is slower, not wrong
    return memory;
}

void lp_memory_give(void *memory, size_t bytes) {
    if (bytes < lp_large) {
        free(memory);
    } else {
        munmap(memory, bytes);
    }
}

void lp_openmp_alone(void) {
    // libgomp comes with oneDNN; nothing here links with it.
    static _Atomic(void *) known;
    static atomic_bool searched;
    if (!atomic_load_explicit(&searched, memory_order_acquire)) {
        atomic_store_explicit(&known, dlsym(RTLD_DEFAULT, "omp_set_num_threads"), memory_order_relaxed);
        atomic_store_explicit(&searched, true, memory_order_release);
    }
    void *found = atomic_load_explicit(&known, memory_order_relaxed);
    if (!found) return;
    void (*set)(int);
    memcpy(&set, &found, sizeof set);
    set(1);
}
