/* Makes writes and syncs of chosen files fail, for testing what a full or broken disk does to a real process.
 *
 * SHIM_FILE names a control file. While it holds "full", writes to files whose path contains
 * SHIM_PATH fail with ENOSPC; while it holds "error", writes and syncs fail with EIO. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/syscall.h>
#include <unistd.h>

static int trouble(int fd) {
  const char *control = getenv("SHIM_FILE"), *part = getenv("SHIM_PATH");
  if (!control || !part) return 0;
  int at = syscall(SYS_openat, AT_FDCWD, control, O_RDONLY);
  if (at < 0) return 0;
  char what[8] = {0};
  ssize_t got = syscall(SYS_read, at, what, sizeof what - 1);
  syscall(SYS_close, at);
  if (got <= 0) return 0;
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length <= 0) return 0;
  path[length] = 0;
  if (!strstr(path, part)) return 0;
  if (!strncmp(what, "full", 4)) return ENOSPC;
  if (!strncmp(what, "error", 5)) return EIO;
  return 0;
}

#define FAIL_OR(code) do { int e = trouble(fd); if (e) { errno = e; return -1; } return code; } while (0)
#define FAIL_HARD_OR(code) do { if (trouble(fd) == EIO) { errno = EIO; return -1; } return code; } while (0)

ssize_t write(int fd, const void *b, size_t n) { FAIL_OR(syscall(SYS_write, fd, b, n)); }
ssize_t pwrite(int fd, const void *b, size_t n, off_t o) { FAIL_OR(syscall(SYS_pwrite64, fd, b, n, o)); }
ssize_t pwrite64(int fd, const void *b, size_t n, off64_t o) { FAIL_OR(syscall(SYS_pwrite64, fd, b, n, o)); }
int fsync(int fd) { FAIL_HARD_OR(syscall(SYS_fsync, fd)); }
int fdatasync(int fd) { FAIL_HARD_OR(syscall(SYS_fdatasync, fd)); }
int ftruncate(int fd, off_t n) { FAIL_HARD_OR(syscall(SYS_ftruncate, fd, n)); }
int ftruncate64(int fd, off64_t n) { FAIL_HARD_OR(syscall(SYS_ftruncate, fd, n)); }
