// `floor run`: the server in a process of its own, the load in this one.
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "floor.h"

static pid_t start_server(const struct options *o, struct shared *shared) {
  pid_t parent = getpid(), child = fork();
  check((int)child, "fork");
  if (child > 0) return child;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);
  server_run(o, shared);
  _exit(0);
}

static void wait_for_port(struct shared *shared, pid_t child) {
  const struct timespec pause = {.tv_nsec = 2000000};
  while (atomic_load(&shared->port) == 0) {
    int status;
    if (waitpid(child, &status, WNOHANG) == child) exit(1);
    nanosleep(&pause, NULL);
  }
}

void run_both(const struct options *o) {
  // Nothing below waits for longer than this, but a hung disk might.
  alarm((unsigned)(o->seconds + o->warmup) + 120);
  struct shared *shared = map_pages(sizeof *shared, true);
  struct load_result *result = map_pages(sizeof *result, false);
  pid_t child = start_server(o, shared);
  wait_for_port(shared, child);
  load_run(o, shared, atomic_load(&shared->port), result);
  atomic_store(&shared->stop, 1);
  int status;
  check((int)waitpid(child, &status, 0), "waitpid");
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) die("the server failed");
  report_run(o, result, shared);
}
