/* Records what a program writes to one SQLite database and when it is synced; breaks the disk on request.

   Preloaded (LD_PRELOAD) into a program that uses CHAOS_DATABASE. Every write, truncation, sync and removal of the
   database, its -wal and its -journal is appended to CHAOS_LOG as one record: kind (W T S U), file (1 2 3), length
   (4 bytes), offset (8 bytes, both as the machine has them), data. A sync is recorded when it has succeeded. While the
   file CHAOS_FAULT.full exists, writes fail with ENOSPC; with CHAOS_FAULT.eio they fail with EIO; with
   CHAOS_FAULT.sync syncs fail with EIO. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#define FDS 4096
static char kinds[FDS];
static char database[PATH_MAX], faults[3][PATH_MAX];
static int log_fd = -1;
enum { FULL, EIO_WRITE, EIO_SYNC };

#define REAL(name) (*(__typeof__(&name))real(#name))

static void *real(const char *name) {
    return dlsym(RTLD_NEXT, name);
}

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("CHAOS_DATABASE"), *log = getenv("CHAOS_LOG"), *fault = getenv("CHAOS_FAULT");
    if (path) snprintf(database, sizeof database, "%s", path);
    if (fault) {
        snprintf(faults[FULL], PATH_MAX, "%s.full", fault);
        snprintf(faults[EIO_WRITE], PATH_MAX, "%s.eio", fault);
        snprintf(faults[EIO_SYNC], PATH_MAX, "%s.sync", fault);
    }
    if (log) log_fd = REAL(open)(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static char kind_of(const char *path) {
    size_t length = strlen(database);
    if (!length || !path || strncmp(path, database, length)) return 0;
    if (!path[length]) return 1;
    if (!strcmp(path + length, "-wal")) return 2;
    if (!strcmp(path + length, "-journal")) return 3;
    return 0;
}

static char known(int fd) {
    return fd >= 0 && fd < FDS ? kinds[fd] : 0;
}

static void record(char kind, char file, uint64_t offset, const void *data, uint32_t length) {
    if (log_fd < 0) return;
    char head[14] = {kind, file};
    memcpy(head + 2, &length, 4);
    memcpy(head + 6, &offset, 8);
    struct iovec parts[2] = {{head, sizeof head}, {(void *)data, data ? length : 0}};
    int saved = errno;
    if (writev(log_fd, parts, data && length ? 2 : 1) < 0) abort();
    errno = saved;
}

static int breaks(int fault, int code) {
    if (!faults[fault][0] || access(faults[fault], F_OK)) return 0;
    errno = code;
    return 1;
}

static int no_write(void) {
    return breaks(FULL, ENOSPC) || breaks(EIO_WRITE, EIO);
}

static int opened(int fd, const char *path) {
    if (fd >= 0 && fd < FDS) kinds[fd] = kind_of(path);
    return fd;
}

#define OPEN(name)                                                   \
    int name(const char *path, int flags, ...) {                     \
        va_list rest;                                                \
        va_start(rest, flags);                                       \
        mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0; \
        va_end(rest);                                                \
        return opened(REAL(name)(path, flags, mode), path);          \
    }
OPEN(open)
OPEN(open64)

int close(int fd) {
    if (fd >= 0 && fd < FDS) kinds[fd] = 0;
    return REAL(close)(fd);
}

#define PWRITE(name, offset_t)                                                     \
    ssize_t name(int fd, const void *data, size_t length, offset_t offset) {       \
        char file = known(fd);                                                     \
        if (file && no_write()) return -1;                                         \
        ssize_t done = REAL(name)(fd, data, length, offset);                       \
        if (file && done > 0) record('W', file, offset, data, done);               \
        return done;                                                               \
    }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

ssize_t write(int fd, const void *data, size_t length) {
    char file = known(fd);
    if (!file) return REAL(write)(fd, data, length);
    if (no_write()) return -1;
    off_t offset = lseek(fd, 0, SEEK_CUR);
    ssize_t done = REAL(write)(fd, data, length);
    if (done > 0) record('W', file, offset, data, done);
    return done;
}

#define TRUNCATE(name, offset_t)                                   \
    int name(int fd, offset_t length) {                            \
        int done = REAL(name)(fd, length);                         \
        if (known(fd) && !done) record('T', known(fd), length, NULL, 0); \
        return done;                                               \
    }
TRUNCATE(ftruncate, off_t)
TRUNCATE(ftruncate64, off64_t)

#define SYNC(name)                                               \
    int name(int fd) {                                           \
        if (known(fd) && breaks(EIO_SYNC, EIO)) return -1;       \
        int done = REAL(name)(fd);                               \
        if (known(fd) && !done) record('S', known(fd), 0, NULL, 0); \
        return done;                                             \
    }
SYNC(fsync)
SYNC(fdatasync)

int unlink(const char *path) {
    int done = REAL(unlink)(path);
    if (kind_of(path) && !done) record('U', kind_of(path), 0, NULL, 0);
    return done;
}
