// Process edge: starting a program with limits, which the C library's Swift module cannot do safely between fork and exec.
#ifndef LETTERPRESS_CPROCESS_H
#define LETTERPRESS_CPROCESS_H
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

struct lp_limits {
    unsigned long long cpu_seconds, memory_bytes, file_bytes, open_files;
};

static inline int lp_limit(int what, unsigned long long most) {
    struct rlimit limit;
    if (getrlimit(what, &limit)) return -1;
    if (limit.rlim_max == RLIM_INFINITY || limit.rlim_max > most) limit.rlim_max = most;
    limit.rlim_cur = limit.rlim_max;
    return setrlimit(what, &limit);
}

// What the child does between fork and exec: only calls that are safe there. Comes back with errno where it fails.
static inline int lp_become(const char *path, char *const argv[], char *const envp[], const char *folder, int input,
                            int output, const struct lp_limits *limits, pid_t parent) {
    sigset_t none;
    sigemptyset(&none);
    struct sigaction plain = {0};
    plain.sa_handler = SIG_DFL;
    for (int number = 1; number < 32; number++) sigaction(number, &plain, 0);
    sigprocmask(SIG_SETMASK, &none, 0);
    // A session and a process group of its own, and no terminal; it ends with us, and gains no rights.
    if (setsid() < 0) return errno;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (getppid() != parent) return ESRCH;
    umask(077);
    if (dup2(input, 0) < 0 || dup2(output, 1) < 0 || dup2(output, 2) < 0 || chdir(folder)) return errno;
#ifdef SYS_close_range
    syscall(SYS_close_range, 3u, ~0u, 4u);  // CLOSE_RANGE_CLOEXEC
#endif
    if (lp_limit(RLIMIT_CORE, 0) || lp_limit(RLIMIT_CPU, limits->cpu_seconds) ||
        lp_limit(RLIMIT_AS, limits->memory_bytes) || lp_limit(RLIMIT_FSIZE, limits->file_bytes) ||
        lp_limit(RLIMIT_NOFILE, limits->open_files))
        return errno;
    execve(path, argv, envp);
    return errno;
}

// Starts `path` in `folder`, with `input` as standard input and `output` for the rest. The process, or minus the errno of what
// could not be done, the start of the program included.
static inline int lp_start(const char *path, char *const argv[], char *const envp[], const char *folder, int input,
                           int output, const struct lp_limits *limits) {
    int status[2];
    if (syscall(SYS_pipe2, status, O_CLOEXEC)) return -errno;
    pid_t parent = getpid();
    pid_t child = fork();
    if (child == 0) {
        int failure = lp_become(path, argv, envp, folder, input, output, limits, parent);
        ssize_t done = write(status[1], &failure, sizeof failure);
        _exit(done > 0 ? 127 : 126);
    }
    int failure = child < 0 ? errno : 0;
    close(status[1]);
    if (child > 0) {
        ssize_t done;
        do done = read(status[0], &failure, sizeof failure);
        while (done < 0 && errno == EINTR);
        if (done <= 0) failure = 0;
        if (failure) waitpid(child, 0, 0);
    }
    close(status[0]);
    return failure ? -failure : child;
}

// Whether a child has ended, which it stays until it is reaped: 1, 0, or -1 with errno.
static inline int lp_has_ended(int child) {
    siginfo_t information = {0};
    if (waitid(P_PID, (id_t)child, &information, WEXITED | WNOHANG | WNOWAIT)) return -1;
    return information.si_pid == child;
}

// A pipe that programs do not inherit: 0, or -1 with errno.
static inline int lp_pipe(int ends[2]) { return (int)syscall(SYS_pipe2, ends, O_CLOEXEC); }

// A file without a name, in memory; -1 with errno.
static inline int lp_memory_file(void) { return (int)syscall(SYS_memfd_create, "input", 1u /* MFD_CLOEXEC */); }
#endif
