/* A clock on the wall that a test can put forward, for one process.
 *
 * AHEAD_FILE names a file that holds how many seconds ahead of the machine's the wall clock is. Clocks that only measure
 * go on as they are. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static long ahead(void) {
  const char *file = getenv("AHEAD_FILE");
  if (!file) return 0;
  int at = syscall(SYS_openat, AT_FDCWD, file, O_RDONLY);
  if (at < 0) return 0;
  char text[24] = {0};
  long got = syscall(SYS_read, at, text, sizeof text - 1);
  syscall(SYS_close, at);
  return got > 0 ? atol(text) : 0;
}

int clock_gettime(clockid_t clock, struct timespec *now) {
  int result = syscall(SYS_clock_gettime, clock, now);
  if (!result && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) now->tv_sec += ahead();
  return result;
}
