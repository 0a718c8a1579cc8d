#define _GNU_SOURCE
#include "CLinux.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <unistd.h>

int64_t clinux_copy_file_range(int in, int64_t in_offset, int out, int64_t out_offset, uint64_t length) {
    ssize_t n = copy_file_range(in, &in_offset, out, &out_offset, length, 0);
    return n < 0 ? -errno : n;
}

int clinux_clone(int out, int in) { return ioctl(out, FICLONE, in) == 0 ? 0 : -errno; }

int clinux_preallocate(int fd, int64_t offset, int64_t length) {
    return fallocate(fd, FALLOC_FL_KEEP_SIZE, offset, length) == 0 ? 0 : -errno;
}

int clinux_rename_noreplace(const char *from, const char *to) {
    return renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0 ? 0 : -errno;
}

int clinux_rename_exchange(const char *one, const char *other) {
    return renameat2(AT_FDCWD, one, AT_FDCWD, other, RENAME_EXCHANGE) == 0 ? 0 : -errno;
}

int clinux_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC) == 0 ? 0 : -errno; }

int64_t clinux_random(void *bytes, uint64_t length) {
    ssize_t n = getrandom(bytes, length, 0);
    return n < 0 ? -errno : n;
}

/* Length, place and memory of a direct read must be multiples of this on any disk. */
#define DIRECT_ALIGNMENT 4096

int64_t clinux_read_uncached(int fd, void *bytes, uint64_t length, int64_t offset) {
    char path[40];
    int64_t start = offset - offset % DIRECT_ALIGNMENT;
    uint64_t lead = (uint64_t)(offset - start);
    uint64_t span = (lead + length + DIRECT_ALIGNMENT - 1) / DIRECT_ALIGNMENT * DIRECT_ALIGNMENT;
    posix_fadvise(fd, start, (off_t)span, POSIX_FADV_DONTNEED);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    int direct = open(path, O_RDONLY | O_DIRECT | O_CLOEXEC);
    if (direct < 0) return -errno;
    void *aligned = NULL;
    int64_t result = -posix_memalign(&aligned, DIRECT_ALIGNMENT, span);
    if (result == 0) {
        uint64_t done = 0;
        while (done < span) {
            ssize_t n = pread(direct, (char *)aligned + done, span - done, start + (int64_t)done);
            if (n < 0 && errno == EINTR) continue;
            if (n < 0) result = -errno;
            if (n <= 0) break;
            done += (uint64_t)n;
            /* Only the end of the file leaves a read short of a whole unit. */
            if ((uint64_t)n % DIRECT_ALIGNMENT != 0) break;
        }
        if (result == 0 && done > lead) {
            result = (int64_t)(done - lead < length ? done - lead : length);
            memcpy(bytes, (char *)aligned + lead, (size_t)result);
        }
        free(aligned);
    }
    close(direct);
    return result;
}

static int64_t seek(int fd, int64_t offset, int whence) {
    off_t found = lseek(fd, offset, whence);
    return found < 0 ? -errno : found;
}

int64_t clinux_seek_data(int fd, int64_t offset) { return seek(fd, offset, SEEK_DATA); }

int64_t clinux_seek_hole(int fd, int64_t offset) { return seek(fd, offset, SEEK_HOLE); }

int clinux_open_process(int pid) {
    long descriptor = syscall(SYS_pidfd_open, pid, 0);
    return descriptor < 0 ? -errno : (int)descriptor;
}

int clinux_kill(int process) {
    return syscall(SYS_pidfd_send_signal, process, SIGKILL, NULL, 0) == 0 ? 0 : -errno;
}

int clinux_terminal_columns(int fd) {
    struct winsize size;
    return ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}
