// The calls of the C library: recovery, segments that are made, tools.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "calls.h"
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

static rostrum_faults *faults;

__attribute__((constructor)) static void begin(void) {
  const char *path = getenv("ROSTRUM_FAULTS");
  if (path == NULL) return;
  faults = rostrum_faults_open(path);
  if (faults == NULL) abort();
}

int faulty_meets(uint32_t call, const char *path, struct rostrum_fault *fault) {
  return faults != NULL && rostrum_faults_meets(faults, call, path, fault);
}

void *faulty_next(const char *name) {
  void *function = dlsym(RTLD_NEXT, name);
  if (function == NULL) abort();
  return function;
}

void faulty_path(int fd, char *path, unsigned long room) {
  char name[64];
  snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(name, path, room - 1);
  path[length < 0 ? 0 : length] = 0;
}

static void delay(uint32_t milliseconds) {
  struct timespec time = {milliseconds / 1000, (long)(milliseconds % 1000) * 1000000};
  nanosleep(&time, NULL);
}

// Whether a call on a file fails; a delay is waited here, and fewer bytes may be left.
static int fails(uint32_t call, int fd, size_t *byte_count) {
  if (faults == NULL) return 0;
  char path[PATH_MAX];
  struct rostrum_fault fault;
  faulty_path(fd, path, sizeof path);
  if (!faulty_meets(call, path, &fault)) return 0;
  delay(fault.delay_ms);
  if (byte_count != NULL && fault.byte_count_max > 0 && *byte_count > fault.byte_count_max) {
    *byte_count = fault.byte_count_max;
  }
  if (fault.error == 0) return 0;
  errno = fault.error;
  return 1;
}

ssize_t pread(int fd, void *bytes, size_t byte_count, off_t offset) {
  static ssize_t (*next)(int, void *, size_t, off_t);
  if (next == NULL) next = faulty_next("pread");
  return fails(rostrum_fault_read, fd, &byte_count) ? -1 : next(fd, bytes, byte_count, offset);
}

// What goes past the page cache goes to a disk of 4 KiB sectors here, whatever the machine has.
enum { sector = 4096 };

ssize_t pwrite(int fd, const void *bytes, size_t byte_count, off_t offset) {
  static ssize_t (*next)(int, const void *, size_t, off_t);
  if (next == NULL) next = faulty_next("pwrite");
  int is_direct = faults != NULL && (fcntl(fd, F_GETFL) & O_DIRECT) != 0;
  if (is_direct && (byte_count % sector != 0 || offset % sector != 0)) {
    errno = EINVAL;
    return -1;
  }
  if (fails(rostrum_fault_write, fd, &byte_count)) return -1;
  // A write that ends within a sector writes the whole sector and tells less.
  size_t done = is_direct ? (byte_count + sector - 1) / sector * sector : byte_count;
  ssize_t count = next(fd, bytes, done, offset);
  return count > (ssize_t)byte_count ? (ssize_t)byte_count : count;
}

int fdatasync(int fd) {
  static int (*next)(int);
  if (next == NULL) next = faulty_next("fdatasync");
  return fails(rostrum_fault_flush, fd, NULL) ? -1 : next(fd);
}

int fsync(int fd) {
  static int (*next)(int);
  if (next == NULL) next = faulty_next("fsync");
  return fails(rostrum_fault_flush, fd, NULL) ? -1 : next(fd);
}

static int fails_to_create(int folder, const char *name) {
  if (faults == NULL) return 0;
  char path[PATH_MAX];
  struct rostrum_fault fault;
  faulty_path(folder, path, sizeof path);
  strncat(path, "/", sizeof path - strlen(path) - 1);
  strncat(path, name, sizeof path - strlen(path) - 1);
  if (!faulty_meets(rostrum_fault_create, path, &fault) || fault.error == 0) return 0;
  errno = fault.error;
  return 1;
}

int openat(int folder, const char *name, int flags, ...) {
  static int (*next)(int, const char *, int, ...);
  if (next == NULL) next = faulty_next("openat");
  va_list rest;
  va_start(rest, flags);
  mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  if ((flags & O_CREAT) != 0 && fails_to_create(folder, name)) return -1;
  return next(folder, name, flags, mode);
}

int statvfs(const char *path, struct statvfs *facts) {
  static int (*next)(const char *, struct statvfs *);
  if (next == NULL) next = faulty_next("statvfs");
  struct rostrum_fault fault;
  int result = next(path, facts);
  if (result < 0 || !faulty_meets(rostrum_fault_measure, path, &fault)) return result;
  if (fault.error != 0) {
    errno = fault.error;
    return -1;
  }
  facts->f_bavail = fault.free_byte_count / facts->f_frsize;
  return 0;
}
