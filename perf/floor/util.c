#include <errno.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "floor.h"

uint64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

double cpu_seconds_self(void) {
  struct rusage u;
  check(getrusage(RUSAGE_SELF, &u), "getrusage");
  return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
         (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

void die(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fputs("floor: ", stderr);
  vfprintf(stderr, format, arguments);
  fputc('\n', stderr);
  va_end(arguments);
  exit(1);
}

void check(int result, const char *what) {
  if (result < 0) die("%s: %s", what, strerror(errno));
}

void check_code(int result, const char *what) {
  if (result < 0) die("%s: %s", what, strerror(-result));
}

void *map_huge(size_t bytes) {
  const size_t huge = 2 << 20;
  uint8_t *p = mmap(NULL, bytes + huge, PROT_READ | PROT_WRITE, MAP_ANONYMOUS | MAP_PRIVATE, -1, 0);
  if (p == MAP_FAILED) die("cannot map %zu bytes: %s", bytes, strerror(errno));
  p = (uint8_t *)(((uintptr_t)p + huge - 1) & ~(uintptr_t)(huge - 1));
  madvise(p, bytes, MADV_HUGEPAGE);  // only faster: refused, the pages are ordinary ones
  memset(p, 0, bytes);
  return p;
}

static cpu_set_t allowed;  // what the process was started with

void pin_remember(void) {
  check(sched_getaffinity(0, sizeof allowed, &allowed), "sched_getaffinity");
}

void pin(int core) {
  cpu_set_t set = allowed;
  if (core >= 0) {
    CPU_ZERO(&set);
    CPU_SET(core, &set);
  }
  if (sched_setaffinity(0, sizeof set, &set) < 0)
    die("cannot pin to core %d: %s; choose another with --server-core, --load-core or "
        "--flush-core (-1 = unpinned)", core, strerror(errno));
}

void raise_descriptor_limit(void) {
  struct rlimit limit;
  check(getrlimit(RLIMIT_NOFILE, &limit), "getrlimit");
  limit.rlim_cur = limit.rlim_max;
  check(setrlimit(RLIMIT_NOFILE, &limit), "setrlimit");
}

void *map_pages(size_t bytes, bool shared) {
  int flags = MAP_ANONYMOUS | MAP_POPULATE | (shared ? MAP_SHARED : MAP_PRIVATE);
  void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, flags, -1, 0);
  if (p == MAP_FAILED) die("cannot map %zu bytes: %s", bytes, strerror(errno));
  return p;
}

// struct sched_attr of the kernel; glibc 2.36 does not declare it.
struct scheduling {
  uint32_t size, policy;
  uint64_t flags;
  int32_t nice;
  uint32_t priority;
  uint64_t runtime, deadline, period;
};

void shorten_slice(unsigned us) {
  if (us == 0) return;
  struct scheduling s = {.size = sizeof s, .runtime = us * 1000ULL};
  // Kernels before 6.12 ignore the runtime of an ordinary thread; nothing depends on it.
  syscall(SYS_sched_setattr, 0, &s, 0);
}

int other_core(int core) {
  for (int c = 0; c < CPU_SETSIZE; c++)
    if (c != core && CPU_ISSET(c, &allowed)) return c;
  return core;
}
