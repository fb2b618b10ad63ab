#include "awake.h"

#include <pthread.h>
#include <sched.h>
#include <stdint.h>

#include "util.h"

static void *stay_awake(void *argument) {
  struct sched_param parameter = {0};
  cpu_set_t cores;
  CPU_ZERO(&cores);
  CPU_SET((int)(intptr_t)argument, &cores);
  if (sched_setscheduler(0, SCHED_IDLE, &parameter) < 0) die_errno("SCHED_IDLE");
  if (sched_setaffinity(0, sizeof cores, &cores) < 0) die_errno("sched_setaffinity");
  for (;;) __asm__ volatile("");
  return NULL;
}

void awake_start(void) {
  cpu_set_t cores;
  // Process 1 may run everywhere, this one perhaps not.
  if (sched_getaffinity(1, sizeof cores, &cores) < 0) die_errno("sched_getaffinity");
  for (int core = 0; core < CPU_SETSIZE; core++) {
    pthread_t thread;
    if (!CPU_ISSET(core, &cores)) continue;
    if (pthread_create(&thread, NULL, stay_awake, (void *)(intptr_t)core) != 0) {
      die("cannot start a thread");
    }
    pthread_detach(thread);
  }
}
