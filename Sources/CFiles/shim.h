// Kernel edge: a call on files that the C library's Swift module does not show.
#ifndef LETTERPRESS_CFILES_H
#define LETTERPRESS_CFILES_H
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

// Two paths change what they name in one step. 0, or -1 with errno (EINVAL, ENOSYS: the file system cannot do it).
static inline int lp_exchange(const char *a, const char *b) {
    const unsigned exchange = 2;  // RENAME_EXCHANGE
    return (int)syscall(SYS_renameat2, AT_FDCWD, a, AT_FDCWD, b, exchange);
}
#endif
