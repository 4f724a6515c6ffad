#include "CPool.h"
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

// Looks this often for the next loop before a thread goes to sleep: about 50 microseconds, more than the time between two
// kernels of a step.
enum { lp_patience = 4000 };

// A number, and how many threads sleep until it is another: who changes it asks the system to wake them only if there are any.
typedef struct {
    _Atomic int32_t word, sleepers;
} lp_bell;

struct lp_pool {
    int32_t workers;
    void (*begin)(void);
    lp_pool_part part;
    void *context;
    int32_t count;
    _Alignas(64) _Atomic int32_t next;
    _Alignas(64) lp_bell generation;  // of the loop; threads sleep on it
    _Alignas(64) lp_bell inside;      // twice the threads in the loop, 1 more while it may be joined; the caller sleeps on it
    _Atomic int32_t ending;
    pthread_t *threads;
    struct lp_seat { struct lp_pool *pool; int32_t worker; } *seats;
};

static void lp_pause(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
}

static void lp_wait_while(lp_bell *bell, int32_t value) {
    for (int32_t i = 0; i < lp_patience; i++) {
        if (atomic_load_explicit(&bell->word, memory_order_acquire) != value) return;
        lp_pause();
    }
    // Either this thread sees the change, or who made it sees a sleeper.
    atomic_fetch_add(&bell->sleepers, 1);
    while (atomic_load(&bell->word) == value)
        syscall(SYS_futex, &bell->word, FUTEX_WAIT_PRIVATE, value, NULL, NULL, 0);
    atomic_fetch_sub(&bell->sleepers, 1);
}

// After a change of the word in the one order of all atomic operations.
static void lp_wake(lp_bell *bell) {
    if (atomic_load(&bell->sleepers) > 0)
        syscall(SYS_futex, &bell->word, FUTEX_WAKE_PRIVATE, INT32_MAX, NULL, NULL, 0);
}

// Joins the loop unless it is over: who comes late waits for the next one, so that a loop never waits for a thread that the
// system has not run yet.
static int32_t lp_enter(lp_pool *pool) {
    int32_t inside = atomic_load_explicit(&pool->inside.word, memory_order_acquire);
    while (inside & 1)
        if (atomic_compare_exchange_weak_explicit(
                &pool->inside.word, &inside, inside + 2, memory_order_acq_rel, memory_order_acquire))
            return 1;
    return 0;
}

static void *lp_thread(void *argument) {
    struct lp_seat *seat = argument;
    lp_pool *pool = seat->pool;
    if (pool->begin) pool->begin();
    for (int32_t seen = 0;;) {
        lp_wait_while(&pool->generation, seen);
        if (atomic_load_explicit(&pool->ending, memory_order_acquire)) return NULL;
        seen = atomic_load_explicit(&pool->generation.word, memory_order_acquire);
        if (!lp_enter(pool)) continue;
        pool->part(pool->context, pool, seat->worker);
        if (atomic_fetch_sub(&pool->inside.word, 2) == 2) lp_wake(&pool->inside);
    }
}

lp_pool *lp_pool_create(int32_t workers, void (*begin)(void)) {
    lp_pool *pool = aligned_alloc(64, (sizeof *pool + 63) / 64 * 64);
    if (!pool) return NULL;
    *pool = (lp_pool){.workers = 1, .begin = begin};
    pool->threads = calloc((size_t)workers, sizeof *pool->threads);
    pool->seats = calloc((size_t)workers, sizeof *pool->seats);
    int32_t made = pool->threads && pool->seats;
    // These threads take no signals: oneDNN's products use the stack pointer as an address of their own, below which the system
    // would put what a handler returns to, over whatever memory stands there.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    for (int32_t i = 1; made && i < workers; i++) {
        pool->seats[i] = (struct lp_seat){pool, i};
        made = pthread_create(&pool->threads[i], NULL, lp_thread, &pool->seats[i]) == 0;
        pool->workers += made;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (!made) {
        lp_pool_destroy(pool);
        return NULL;
    }
    if (begin) begin();
    return pool;
}

int32_t lp_pool_next(lp_pool *pool) {
    int32_t index = atomic_fetch_add_explicit(&pool->next, 1, memory_order_relaxed);
    return index < pool->count ? index : -1;
}

void lp_pool_share(lp_pool *pool, int32_t count, lp_pool_part part, void *context) {
    if (count <= 0) return;
    pool->part = part;
    pool->context = context;
    pool->count = count;
    atomic_store_explicit(&pool->next, 0, memory_order_relaxed);
    if (pool->workers == 1 || count == 1) return part(context, pool, 0);
    atomic_store_explicit(&pool->inside.word, 1, memory_order_release);
    atomic_fetch_add(&pool->generation.word, 1);
    lp_wake(&pool->generation);
    part(context, pool, 0);
    int32_t inside = atomic_fetch_sub(&pool->inside.word, 1) - 1;
    for (; inside > 0; inside = atomic_load_explicit(&pool->inside.word, memory_order_acquire))
        lp_wait_while(&pool->inside, inside);
}

struct lp_indices { lp_pool_body body; void *context; };

static void lp_each(void *context, lp_pool *pool, int32_t worker) {
    const struct lp_indices *indices = context;
    for (int32_t i; (i = lp_pool_next(pool)) >= 0;) indices->body(indices->context, i, worker);
}

void lp_pool_run(lp_pool *pool, int32_t count, lp_pool_body body, void *context) {
    lp_pool_share(pool, count, lp_each, &(struct lp_indices){body, context});
}

void lp_pool_destroy(lp_pool *pool) {
    atomic_store_explicit(&pool->ending, 1, memory_order_release);
    atomic_fetch_add(&pool->generation.word, 1);
    lp_wake(&pool->generation);
    for (int32_t i = 1; i < pool->workers; i++) pthread_join(pool->threads[i], NULL);
    free(pool->threads);
    free(pool->seats);
    free(pool);
}
