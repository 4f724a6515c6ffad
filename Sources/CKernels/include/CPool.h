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

/// Takes part in a loop on worker `worker`: does indices that lp_pool_next gives until it gives none.
typedef void (*lp_pool_part)(void *context, lp_pool *pool, int32_t worker);

/// As lp_pool_run, for bodies that keep something over their indices: part(context, pool, worker) runs once on each thread that
/// comes before all is done.
void lp_pool_share(lp_pool *pool, int32_t count, lp_pool_part part, void *context);

/// The next index of the loop that the calling thread takes part in; -1 when there are no more.
int32_t lp_pool_next(lp_pool *pool);

/// Ends the threads.
void lp_pool_destroy(lp_pool *pool);

#endif
