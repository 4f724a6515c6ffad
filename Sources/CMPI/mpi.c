// The calls of CMPI.h. Types come from Open MPI's header at build time, so that the compiler compares signatures; functions and
// handles come from the library at run time.
#include "CMPI.h"

#if __has_include(<mpi/mpi.h>)
#include <mpi/mpi.h>
#elif __has_include(<mpi.h>)
#include <mpi.h>
#else
#error "the header of Open MPI is missing: apt-get install libopenmpi-dev"
#endif
#ifndef OPEN_MPI
#error "mpi.h is that of another MPI: update-alternatives --config mpi-x86_64-linux-gnu chooses that of Open MPI"
#endif

#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// The binary interface of Open MPI 3, 4 and 5.
#define LIBRARY "libmpi.so.40"

#define FUNCTIONS(F) \
    F(Init_thread) F(Initialized) F(Finalized) F(Finalize) F(Abort) F(Comm_rank) F(Comm_size) F(Comm_set_errhandler) \
    F(Error_string) F(Get_processor_name) F(Isend) F(Irecv) F(Iallgather) F(Ibcast) F(Ibarrier) F(Testall)

static struct {
#define DECLARE(name) __typeof__(&MPI_##name) name;
    FUNCTIONS(DECLARE)
    MPI_Comm world;
    MPI_Datatype byte;
    MPI_Errhandler errors_return;
} mpi;

static char problem[256];
static char leaving[512], terminated[512];
static size_t terminated_length;
static struct sigaction before;
// Set when this process parts from the others: one that is gone before it is no failure any more.
static volatile sig_atomic_t is_parting;

static void *symbol(void *library, const char *name) {
    void *found = dlsym(library, name);
    if (!found) snprintf(problem, sizeof problem, "%s has no %s", LIBRARY, name);
    return found;
}

const char *lp_mpi_open(void) {
    if (mpi.world) return NULL;
    // Its plug-ins look for its symbols among the global ones.
    void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_GLOBAL);
    if (!library) {
        snprintf(problem, sizeof problem, "%s", dlerror());
        return problem;
    }
#define LOAD(name) \
    if (!(mpi.name = (__typeof__(mpi.name))symbol(library, "MPI_" #name))) return problem;
    FUNCTIONS(LOAD)
    mpi.byte = symbol(library, "ompi_mpi_byte");
    mpi.errors_return = symbol(library, "ompi_mpi_errors_return");
    if (!mpi.byte || !mpi.errors_return) return problem;
    mpi.world = symbol(library, "ompi_mpi_comm_world");
    return mpi.world ? NULL : problem;
}

static void say(const char *text, size_t length) {
    // Nobody can be told that nobody can be told.
    if (write(STDERR_FILENO, text, length) < 0) return;
}

static void leave(int status, void *unused) {
    (void)unused;
    int is_over = 0;
    if (mpi.Finalized(&is_over) != MPI_SUCCESS || is_over) return;
    if (status == 0) {
        lp_mpi_leave();
        return;
    }
    char text[600];
    int length = snprintf(text, sizeof text, "%s%d; the others are ended too\n", leaving, status & 0xFF);
    say(text, (size_t)length);
    mpi.Abort(mpi.world, status & 0xFF);
}

static void on_termination(int signal, siginfo_t *information, void *context) {
    if (is_parting) return;
    say(terminated, terminated_length);
    if (before.sa_flags & SA_SIGINFO) {
        before.sa_sigaction(signal, information, context);
    } else if (before.sa_handler == SIG_DFL) {
        _exit(128 + signal);
    } else if (before.sa_handler != SIG_IGN) {
        before.sa_handler(signal);
    }
}

void lp_mpi_watch(void) {
    // On the stack for handlers, where the thread has one: products that it may be in use the stack pointer for other things.
    struct sigaction current, action = {.sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK};
    action.sa_sigaction = on_termination;
    sigemptyset(&action.sa_mask);
    if (sigaction(SIGTERM, NULL, &current) != 0) return;
    if (current.sa_flags & SA_SIGINFO && current.sa_sigaction == on_termination) return;
    before = current;
    sigaction(SIGTERM, &action, NULL);
}

int lp_mpi_join(int *rank, int *size, char *host, size_t capacity) {
    int provided = 0, length = 0;
    int code = mpi.Init_thread(NULL, NULL, MPI_THREAD_SERIALIZED, &provided);
    if (code == MPI_SUCCESS) code = mpi.Comm_set_errhandler(mpi.world, mpi.errors_return);
    if (code == MPI_SUCCESS) code = mpi.Comm_rank(mpi.world, rank);
    if (code == MPI_SUCCESS) code = mpi.Comm_size(mpi.world, size);
    char name[MPI_MAX_PROCESSOR_NAME + 1] = {0};
    if (code == MPI_SUCCESS) code = mpi.Get_processor_name(name, &length);
    if (code != MPI_SUCCESS) return code;
    snprintf(host, capacity, "%s", name);
    snprintf(
        leaving, sizeof leaving, "letterpress: rank %d of %d on %.200s leaves with exit code ", *rank, *size, name);
    snprintf(
        terminated, sizeof terminated,
        "letterpress: rank %d of %d on %.200s was told to end by SIGTERM, as launchers do when another rank is gone; finished "
        "files are whole, --resume goes on from them\n", *rank, *size, name);
    terminated_length = strlen(terminated);
    on_exit(leave, NULL);
    lp_mpi_watch();
    return MPI_SUCCESS;
}

void lp_mpi_explain(int code, char *text, size_t capacity) {
    char found[MPI_MAX_ERROR_STRING + 1] = {0};
    int length = 0;
    if (mpi.Error_string(code, found, &length) != MPI_SUCCESS) snprintf(found, sizeof found, "error %d", code);
    snprintf(text, capacity, "%s", found);
}

int lp_mpi_leave(void) {
    int is_over = 0;
    is_parting = 1;
    int code = mpi.Finalized(&is_over);
    if (code == MPI_SUCCESS && !is_over) code = mpi.Finalize();
    struct sigaction current;
    if (sigaction(SIGTERM, NULL, &current) == 0 && current.sa_flags & SA_SIGINFO && current.sa_sigaction == on_termination)
        sigaction(SIGTERM, &before, NULL);
    return code;
}

int lp_mpi_send(const void *bytes, int count, int to, lp_mpi_request *request) {
    return mpi.Isend(bytes, count, mpi.byte, to, 0, mpi.world, (MPI_Request *)request);
}

int lp_mpi_receive(void *bytes, int count, int from, lp_mpi_request *request) {
    return mpi.Irecv(bytes, count, mpi.byte, from, 0, mpi.world, (MPI_Request *)request);
}

int lp_mpi_share(const void *bytes, int count, void *all, lp_mpi_request *request) {
    return mpi.Iallgather(bytes, count, mpi.byte, all, count, mpi.byte, mpi.world, (MPI_Request *)request);
}

int lp_mpi_broadcast(void *bytes, int count, lp_mpi_request *request) {
    return mpi.Ibcast(bytes, count, mpi.byte, 0, mpi.world, (MPI_Request *)request);
}

int lp_mpi_meet(lp_mpi_request *request) { return mpi.Ibarrier(mpi.world, (MPI_Request *)request); }

int lp_mpi_test(lp_mpi_request *requests, int count, bool *done) {
    int flag = 0;
    int code = mpi.Testall(count, (MPI_Request *)requests, &flag, MPI_STATUSES_IGNORE);
    *done = flag != 0;
    return code;
}
