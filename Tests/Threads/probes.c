// Two threads take the same rare branch while a third counts and plants a bug.
// In C, because functions of a header that Swift includes are compiled without instrumentation.
#include "CIntrinsics.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { hits = 20000, probe = 1, fault = 2 };

static void *take_branch(void *argument) {
  uint64_t planted = 0;
  for (int i = 0; i < hits; i++) {
    rostrum_probe_hit(probe);
    planted += rostrum_fault() == fault;
  }
  return planted > hits ? argument : NULL;
}

static void *count(void *argument) {
  uint64_t seen = 0;
  for (int i = 0; i < hits; i++) {
    rostrum_plant(i & 1 ? fault : 0);
    uint64_t now = rostrum_probe_count(probe);
    if (now > seen) seen = now;
  }
  rostrum_plant(0);
  return seen > 2 * hits ? argument : NULL;
}

int main(void) {
  void *(*bodies[])(void *) = {take_branch, take_branch, count};
  pthread_t threads[3];
  void *failure;
  for (int i = 0; i < 3; i++) pthread_create(&threads[i], NULL, bodies[i], threads);
  for (int i = 0; i < 3; i++) {
    pthread_join(threads[i], &failure);
    if (failure) return 1;
  }
  // Two threads may lose a count between them, but never all of them.
  uint64_t counted = rostrum_probe_count(probe);
  printf("probes: %llu\n", (unsigned long long)counted);
  return counted >= 1 && counted <= 2 * hits ? 0 : 1;
}
