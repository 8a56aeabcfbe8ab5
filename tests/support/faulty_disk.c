/* A disk that misbehaves, preloaded before a process. The file named by KIOSK_FAULT says how, at any moment:
   "slow 100" makes each flush take so many milliseconds longer; "readonly" refuses every write below
   KIOSK_FAULT_UNDER; "broken" answers such writes with an I/O error, "unflushed" the flushes; "full" has no room
   there for what would make a file longer. Anything else is a good disk. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static int fault(char *word, int *number) {
  const char *name = getenv("KIOSK_FAULT");
  char text[64] = "";
  int (*real_open)(const char *, int, ...) = dlsym(RTLD_NEXT, "open");
  int handle = name ? real_open(name, O_RDONLY | O_CLOEXEC) : -1;
  if (handle < 0) return 0;
  ssize_t length = read(handle, text, sizeof text - 1);
  close(handle);
  if (length <= 0) return 0;
  *number = 0;
  return sscanf(text, "%31s %d", word, number);
}

static int error_of_write(void) {
  char word[32] = "";
  int number;
  if (!fault(word, &number)) return 0;
  if (!strcmp(word, "readonly")) return EROFS;
  return strcmp(word, "broken") ? 0 : EIO;
}

static int is_under(const char *path) {
  const char *under = getenv("KIOSK_FAULT_UNDER");
  return under && !strncmp(path, under, strlen(under));
}

static int handle_is_under(int handle) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", handle);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  return is_under(path);
}

static int is_full(int handle, off_t end) {
  char word[32] = "";
  int number;
  struct stat now;
  if (!fault(word, &number) || strcmp(word, "full")) return 0;
  return !fstat(handle, &now) && S_ISREG(now.st_mode) && end > now.st_size && handle_is_under(handle);
}

static void delay(void) {
  char word[32] = "";
  int number;
  if (!fault(word, &number) || strcmp(word, "slow")) return;
  struct timespec pause = {number / 1000, (number % 1000) * 1000000L};
  nanosleep(&pause, NULL);
}

static int is_unflushed(int handle) {
  char word[32] = "";
  int number;
  if (!fault(word, &number) || strcmp(word, "unflushed") || !handle_is_under(handle)) return 0;
  errno = EIO;
  return 1;
}

int fsync(int handle) {
  int (*real)(int) = dlsym(RTLD_NEXT, "fsync");
  delay();
  return is_unflushed(handle) ? -1 : real(handle);
}

int fdatasync(int handle) {
  int (*real)(int) = dlsym(RTLD_NEXT, "fdatasync");
  delay();
  return is_unflushed(handle) ? -1 : real(handle);
}

#define PWRITE(NAME, OFFSET)                                                   \
  ssize_t NAME(int handle, const void *what, size_t count, OFFSET offset) {    \
    ssize_t (*real)(int, const void *, size_t, OFFSET) = dlsym(RTLD_NEXT, #NAME); \
    int error = error_of_write();                                              \
    if (error && handle_is_under(handle)) {                                    \
      errno = error;                                                           \
      return -1;                                                               \
    }                                                                          \
    if (is_full(handle, offset + count)) {                                     \
      errno = ENOSPC;                                                          \
      return -1;                                                               \
    }                                                                          \
    return real(handle, what, count, offset);                                  \
  }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

#define PWRITEV(NAME, OFFSET)                                                  \
  ssize_t NAME(int handle, const struct iovec *what, int count, OFFSET offset) { \
    ssize_t (*real)(int, const struct iovec *, int, OFFSET) = dlsym(RTLD_NEXT, #NAME); \
    if (count > 0 && is_full(handle, offset + 1)) {                            \
      errno = ENOSPC;                                                          \
      return -1;                                                               \
    }                                                                          \
    return real(handle, what, count, offset);                                  \
  }
PWRITEV(pwritev, off_t)
PWRITEV(pwritev64, off64_t)

#define FALLOCATE(NAME, OFFSET)                                                \
  int NAME(int handle, OFFSET offset, OFFSET length) {                         \
    int (*real)(int, OFFSET, OFFSET) = dlsym(RTLD_NEXT, #NAME);                \
    return is_full(handle, offset + length) ? ENOSPC : real(handle, offset, length); \
  }
FALLOCATE(posix_fallocate, off_t)
FALLOCATE(posix_fallocate64, off64_t)

ssize_t write(int handle, const void *what, size_t count) {
  ssize_t (*real)(int, const void *, size_t) = dlsym(RTLD_NEXT, "write");
  off_t place = lseek(handle, 0, SEEK_CUR);
  if (place >= 0 && is_full(handle, place + count)) {
    errno = ENOSPC;
    return -1;
  }
  return real(handle, what, count);
}

#define OPEN(NAME)                                                             \
  int NAME(const char *path, int flags, ...) {                                 \
    int (*real)(const char *, int, ...) = dlsym(RTLD_NEXT, #NAME);             \
    va_list more;                                                              \
    va_start(more, flags);                                                     \
    int mode = va_arg(more, int);                                              \
    va_end(more);                                                              \
    if ((flags & (O_WRONLY | O_RDWR | O_CREAT)) && is_under(path)) {           \
      int error = error_of_write();                                            \
      if (error) {                                                             \
        errno = error;                                                         \
        return -1;                                                             \
      }                                                                        \
    }                                                                          \
    return real(path, flags, mode);                                            \
  }
OPEN(open)
OPEN(open64)
