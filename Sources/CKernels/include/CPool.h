// A pool of threads that share loops. One loop at a time; the caller works too.
#ifndef LETTERPRESS_CPOOL_H
#define LETTERPRESS_CPOOL_H
#include <stdint.h>

typedef struct lp_pool lp_pool;

/// Does index `index` of a loop on worker `worker` (0 is the caller).
typedef void (*lp_pool_body)(void *context, int32_t index, int32_t worker);

/// A pool of `workers` threads with the caller; NULL if the system gives none. Each thread, and the caller, runs `begin` (may
/// be NULL) once before its first loop.
lp_pool *lp_pool_create(int32_t workers, void (*begin)(void));

/// Runs body(context, i, worker) once for each i in 0 ..< count and returns when all are done. What worker does which index is
/// left open, so bodies must not let results depend on it.
void lp_pool_run(lp_pool *pool, int32_t count, lp_pool_body body, void *context);

/// Ends the threads.
void lp_pool_destroy(lp_pool *pool);

#endif
