// A thread of the idle class that keeps a virtual core from being halted: everything else goes
// before it, and a wake-up then costs a context switch and not a visit of the hypervisor.
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <time.h>

#include "floor.h"

static void *stay_awake(void *argument) {
  struct awake *a = argument;
  struct sched_param parameter = {0};
  pin(a->core);
  check(sched_setscheduler(0, SCHED_IDLE, &parameter), "SCHED_IDLE");
  while (!atomic_load_explicit(&a->stop, memory_order_relaxed)) continue;
  return NULL;
}

void awake_start(struct awake *a, int core) {
  memset(a, 0, sizeof *a);
  a->core = core;
  int code = pthread_create(&a->thread, NULL, stay_awake, a);
  if (code) die("cannot start a thread: %s", strerror(code));
}

double awake_cpu_seconds(const struct awake *a) {
  clockid_t clock;
  struct timespec t;
  if (pthread_getcpuclockid(a->thread, &clock) != 0 || clock_gettime(clock, &t) != 0) return 0;
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

void awake_stop(struct awake *a) {
  atomic_store(&a->stop, 1);
  pthread_join(a->thread, NULL);
}
