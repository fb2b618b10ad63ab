#include "util.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

void die(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fputs("bidload: ", stderr);
  vfprintf(stderr, format, arguments);
  fputc('\n', stderr);
  va_end(arguments);
  exit(1);
}

void die_errno(const char *what) { die("%s: %s", what, strerror(errno)); }

void *need(void *pointer) {
  if (!pointer) die("out of memory");
  return pointer;
}

static uint64_t clock_ns(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return (uint64_t)t.tv_sec * 1000000000ULL + (uint64_t)t.tv_nsec;
}

uint64_t now_ns(void) { return clock_ns(CLOCK_MONOTONIC); }
uint64_t wall_ns(void) { return clock_ns(CLOCK_REALTIME); }

struct process {
  int id, parent;
  bool is_counted;
  unsigned long long ticks, ended_ticks;
};

static bool read_process(struct process *p, const char *name) {
  char path[300], line[1024];
  snprintf(path, sizeof path, "/proc/%s/stat", name);
  FILE *file = fopen(path, "r");
  if (!file) return false;
  size_t got = fread(line, 1, sizeof line - 1, file);
  fclose(file);
  line[got] = 0;
  const char *rest = strrchr(line, ')');
  if (!rest) return false;
  unsigned long long user, system;
  long long ended_user, ended_system;
  int fields = sscanf(rest + 1, " %*c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu %lld %lld",
                      &p->parent, &user, &system, &ended_user, &ended_system);
  if (fields != 5) return false;
  p->id = atoi(name);
  p->ticks = user + system;
  p->ended_ticks = (unsigned long long)(ended_user + ended_system);
  p->is_counted = false;
  return true;
}

static uint64_t bytes_written(int id) {
  char path[64], line[128];
  uint64_t count = 0;
  snprintf(path, sizeof path, "/proc/%d/io", id);
  FILE *file = fopen(path, "r");
  if (!file) return 0;
  while (fgets(line, sizeof line, file)) {
    if (sscanf(line, "write_bytes: %lu", &count) == 1) break;
  }
  fclose(file);
  return count;
}

enum { PROCESSES_MAX = 16384 };

static size_t read_processes(struct process *processes) {
  size_t count = 0;
  DIR *folder = opendir("/proc");
  if (!folder) die_errno("/proc");
  struct dirent *entry;
  while (count < PROCESSES_MAX && (entry = readdir(folder))) {
    if (!isdigit((unsigned char)entry->d_name[0])) continue;
    if (read_process(&processes[count], entry->d_name)) count++;
  }
  closedir(folder);
  return count;
}

// A child's ticks go to its parent's ended ones when it is reaped, so nothing is lost or doubled.
void usage_read(struct usage *usage, int process) {
  *usage = (struct usage){0};
  struct process *processes = need(calloc(PROCESSES_MAX, sizeof *processes));
  size_t count = read_processes(processes);
  unsigned long long ticks = 0;
  bool has_found = true;
  while (has_found) {
    has_found = false;
    for (size_t i = 0; i < count; i++) {
      struct process *p = &processes[i];
      bool is_wanted = p->id == process;
      for (size_t k = 0; k < count && !is_wanted; k++) {
        is_wanted = processes[k].is_counted && processes[k].id == p->parent;
      }
      if (!is_wanted || p->is_counted) continue;
      p->is_counted = has_found = true;
      ticks += p->ticks + p->ended_ticks;
      usage->bytes_written += bytes_written(p->id);
    }
  }
  free(processes);
  usage->cpu_seconds = (double)ticks / (double)sysconf(_SC_CLK_TCK);
}
