// Open MPI behind a few calls, opened at run time, so that a process alone needs none of it. Results are MPI's error codes, 0 where
// all went well. One thread at a time may call. Requests end by lp_mpi_test; their memory has to stay until then.
#ifndef LETTERPRESS_CMPI_H
#define LETTERPRESS_CMPI_H
#include <stdbool.h>
#include <stddef.h>

/// Something sent, received or done together that is under way.
typedef void *lp_mpi_request;

/// Opens the library. NULL, or why it cannot be used; the text stays.
const char *lp_mpi_open(void);

/// Joins the processes that a launcher started together, once, after lp_mpi_open. From here on the end of this process ends its
/// part: exit with 0 waits for the others, exit with another code ends them all with that code. A SIGTERM, which launchers send
/// when another rank is gone, leaves a message, and then does what it did before.
int lp_mpi_join(int *rank, int *size, char *host, size_t capacity);

/// What an error code means, zero included in `capacity`.
void lp_mpi_explain(int code, char *text, size_t capacity);

/// Sees that a SIGTERM leaves a message, also where a handler was set since the last call.
void lp_mpi_watch(void);

/// Parts from the others, who do the same; the way the process ends concerns them no more.
int lp_mpi_leave(void);

/// Begins to send bytes to a rank.
int lp_mpi_send(const void *bytes, int count, int to, lp_mpi_request *request);

/// Begins to receive that many bytes from a rank.
int lp_mpi_receive(void *bytes, int count, int from, lp_mpi_request *request);

/// Begins to give `count` bytes to all; `all` becomes those of every rank, by rank.
int lp_mpi_share(const void *bytes, int count, void *all, lp_mpi_request *request);

/// Begins to give everyone what rank 0 has.
int lp_mpi_broadcast(void *bytes, int count, lp_mpi_request *request);

/// Begins to wait for all.
int lp_mpi_meet(lp_mpi_request *request);

/// Moves things on; `done` says whether all of the requests have ended.
int lp_mpi_test(lp_mpi_request *requests, int count, bool *done);

#endif
