// Faults in memory that a server and its test share; see CFileFaults.h.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "CFileFaults.h"
#include <fcntl.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

// The lock is held for some instructions only. A server that is killed with it would keep the test
// waiting, so nobody waits longer than it could take.
struct entry {
  struct rostrum_fault fault;
  uint32_t is_on;
  uint32_t seen;
  int64_t hits;
};

struct rostrum_faults {
  atomic_int lock;
  struct entry entries[rostrum_fault_count];
};

static void take_lock(rostrum_faults *faults) {
  int expected = 0;
  for (int tries = 0; tries < 100000; tries++, expected = 0) {
    if (atomic_compare_exchange_weak(&faults->lock, &expected, 1)) return;
    sched_yield();
  }
}

static void give_lock(rostrum_faults *faults) { atomic_store(&faults->lock, 0); }

rostrum_faults *rostrum_faults_open(const char *path) {
  int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return NULL;
  void *memory = MAP_FAILED;
  if (ftruncate(fd, sizeof(rostrum_faults)) == 0) {
    memory = mmap(NULL, sizeof(rostrum_faults), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  }
  close(fd);
  return memory == MAP_FAILED ? NULL : memory;
}

void rostrum_faults_close(rostrum_faults *faults) { munmap(faults, sizeof *faults); }

void rostrum_faults_set(rostrum_faults *faults, int index, const struct rostrum_fault *fault) {
  take_lock(faults);
  faults->entries[index] = (struct entry){.fault = *fault, .is_on = 1};
  give_lock(faults);
}

void rostrum_faults_end(rostrum_faults *faults, int index) {
  take_lock(faults);
  faults->entries[index].is_on = 0;
  give_lock(faults);
}

int64_t rostrum_faults_hits(const rostrum_faults *faults, int index) {
  rostrum_faults *shared = (rostrum_faults *)faults;
  take_lock(shared);
  int64_t hits = faults->entries[index].hits;
  give_lock(shared);
  return hits;
}

// A call counts for every fault that is about it, and the first that is due hits it.
int rostrum_faults_meets(
    rostrum_faults *faults, uint32_t call, const char *path, struct rostrum_fault *fault) {
  int is_hit = 0;
  take_lock(faults);
  for (int i = 0; i < rostrum_fault_count; i++) {
    struct entry *entry = &faults->entries[i];
    if (!entry->is_on || (entry->fault.calls & call) == 0) continue;
    if (entry->fault.path[0] != 0 && strstr(path, entry->fault.path) == NULL) continue;
    uint32_t before = entry->seen++;
    if (is_hit || before < entry->fault.skip) continue;
    if (before - entry->fault.skip >= entry->fault.times) continue;
    entry->hits++;
    *fault = entry->fault;
    is_hit = 1;
  }
  give_lock(faults);
  return is_hit;
}
