#define _GNU_SOURCE
#include "CLinux.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/random.h>
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

int clinux_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC) == 0 ? 0 : -errno; }

int64_t clinux_random(void *bytes, uint64_t length) {
    ssize_t n = getrandom(bytes, length, 0);
    return n < 0 ? -errno : n;
}

int clinux_terminal_columns(int fd) {
    struct winsize size;
    return ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}
