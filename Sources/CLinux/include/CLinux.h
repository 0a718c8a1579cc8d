#ifndef CLINUX_H
#define CLINUX_H
#include <stdint.h>

/* Calls that Swift's Glibc module does not show, because they need a feature
 * macro or are variadic. Each returns a result >= 0, or -errno. */

/* Copies up to `length` bytes between files inside the kernel. */
int64_t clinux_copy_file_range(int in, int64_t in_offset, int out, int64_t out_offset, uint64_t length);

/* Makes `out` share all blocks of `in` (FICLONE). */
int clinux_clone(int out, int in);

/* Reserves blocks for `offset..<offset + length` without changing what is read. */
int clinux_preallocate(int fd, int64_t offset, int64_t length);

/* Renames without ever replacing: -EEXIST when `to` is there. Each name is one in a folder, or AT_FDCWD. */
int clinux_rename_noreplace(int from_folder, const char *from, int to_folder, const char *to);

/* Gives each of two files or folders the other's name; -EINVAL where the file system cannot. */
int clinux_rename_exchange(int one_folder, const char *one, int other_folder, const char *other);

/* A descriptor (O_PATH) of a folder. */
int clinux_open_folder(const char *path);

/* A descriptor (O_PATH) of the folder that `path` leads to from `folder`, without following any link and
 * without leaving `folder`: -ELOOP at a link, -EXDEV at a way out. With `step_by_step` as on a kernel before 5.6. */
int clinux_open_beneath(int folder, const char *path, int step_by_step);

/* A pipe whose ends are closed in every program this process starts. */
int clinux_pipe(int ends[2]);

/* Fills `bytes` from the kernel's random source. */
int64_t clinux_random(void *bytes, uint64_t length);

/* Reads up to `length` bytes at `offset` past the page cache, through a descriptor
 * of its own: less only at the end of the file. -EINVAL, -EOPNOTSUPP or the error of
 * opening where that cannot be done; what the cache had of the range is dropped all the same. */
int64_t clinux_read_uncached(int fd, void *bytes, uint64_t length, int64_t offset);

/* The next byte from `offset` on that is data, or in a hole. -ENXIO when there is none,
 * -EINVAL where the file system cannot tell. Moves the position of `fd`. */
int64_t clinux_seek_data(int fd, int64_t offset);
int64_t clinux_seek_hole(int fd, int64_t offset);

/* A descriptor of a process, which stays its own when the number is given to another. */
int clinux_open_process(int pid);

/* Sends SIGKILL to the process behind a descriptor. */
int clinux_kill(int process);

/* Width of the terminal behind `fd` in columns, 0 when it is none. */
int clinux_terminal_columns(int fd);

#endif
