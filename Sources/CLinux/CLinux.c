#define _GNU_SOURCE
#include "CLinux.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <linux/openat2.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/stat.h>
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

int clinux_rename_noreplace(int from_folder, const char *from, int to_folder, const char *to) {
    return renameat2(from_folder, from, to_folder, to, RENAME_NOREPLACE) == 0 ? 0 : -errno;
}

int clinux_rename_exchange(int one_folder, const char *one, int other_folder, const char *other) {
    return renameat2(one_folder, one, other_folder, other, RENAME_EXCHANGE) == 0 ? 0 : -errno;
}

int clinux_open_folder(const char *path) {
    int descriptor = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    return descriptor < 0 ? -errno : descriptor;
}

/* One name after the other; a name that is a link is told from one that is no folder. */
static int walk_beneath(int folder, const char *path) {
    int at = openat(folder, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    char name[NAME_MAX + 1];
    while (at >= 0) {
        while (*path == '/') path++;
        if (*path == 0) return at;
        size_t length = strcspn(path, "/");
        int next = -1, failure = ENAMETOOLONG;
        if (length <= NAME_MAX) {
            memcpy(name, path, length);
            name[length] = 0;
            if (strcmp(name, "..") == 0) {
                failure = EXDEV;
            } else {
                next = openat(at, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
                failure = errno;
                struct stat found;
                if (next < 0 && failure == ENOTDIR && fstatat(at, name, &found, AT_SYMLINK_NOFOLLOW) == 0
                    && S_ISLNK(found.st_mode))
                    failure = ELOOP;
            }
        }
        close(at);
        if (next < 0) return -failure;
        at = next;
        path += length;
    }
    return -errno;
}

int clinux_open_beneath(int folder, const char *path, int step_by_step) {
    if (!step_by_step) {
        struct open_how how = {.flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
                               .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS};
        long descriptor = syscall(SYS_openat2, folder, path, &how, sizeof how);
        if (descriptor >= 0) return (int)descriptor;
        /* A kernel before 5.6, or a container that does not know the call. */
        if (errno != ENOSYS && errno != EPERM) return -errno;
    }
    return walk_beneath(folder, path);
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
