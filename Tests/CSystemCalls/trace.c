// Follows a program with ptrace. Everything is done on a thread of its own: only the thread that
// started a traced process may give it orders, and it waits for its own children alone, so that
// it never takes the end of a process from the rest of the tests.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "CSystemCalls.h"
#include "call.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { get_system_call = 0x420e /* PTRACE_GET_SYSCALL_INFO */, call_signal = SIGTRAP | 0x80 };

/// A thread of the program.
struct tracee {
  pid_t id;
  /// Its first stop is still to come.
  int is_new;
  /// Stands before a file-changing call until another thread is out of its own.
  int is_held;
  /// Is in an `io_uring_enter` that submits something.
  int is_submitting;
};

/// Why a child could not become the program.
struct start_failure {
  int stage;
  int error_number;
};

struct rostrum_trace {
  pthread_t thread;
  char *const *arguments;
  int64_t stop_after;
  char *touching;
  int counts_rings;
  /// Guards `tracees`, which the killing thread walks through.
  pthread_mutex_t lock;
  struct tracee *tracees;
  size_t tracee_count, tracee_room;
  atomic_int is_killing, is_over;
  atomic_llong call_count;
  pid_t root;
  int is_counting;
  /// The one thread that is in a file-changing call, 0 for none.
  pid_t caller;
  struct call call;
  char *calls;
  size_t calls_length, calls_room;
  int output[3];
  char *texts[3];
  int failure_pipe[2];
  struct start_failure failure;
  int status;
  int was_stopped;
  int is_joined;
};

// MARK: the threads of the program

static struct tracee *find(rostrum_trace *trace, pid_t id) {
  for (size_t i = 0; i < trace->tracee_count; i++) {
    if (trace->tracees[i].id == id) return &trace->tracees[i];
  }
  return NULL;
}

static struct tracee *find_or_add(rostrum_trace *trace, pid_t id) {
  struct tracee *found = find(trace, id);
  if (found != NULL) return found;
  pthread_mutex_lock(&trace->lock);
  if (trace->tracee_count == trace->tracee_room) {
    trace->tracee_room = trace->tracee_room * 2 + 16;
    trace->tracees = realloc(trace->tracees, trace->tracee_room * sizeof *trace->tracees);
    if (trace->tracees == NULL) abort();
  }
  found = &trace->tracees[trace->tracee_count++];
  *found = (struct tracee){.id = id, .is_new = 1};
  // A child that was born while the others were being killed.
  if (atomic_load(&trace->is_killing)) kill(id, SIGKILL);
  pthread_mutex_unlock(&trace->lock);
  return found;
}

static void forget(rostrum_trace *trace, pid_t id) {
  pthread_mutex_lock(&trace->lock);
  struct tracee *found = find(trace, id);
  if (found != NULL) *found = trace->tracees[--trace->tracee_count];
  pthread_mutex_unlock(&trace->lock);
}

// No stopped thread runs a single instruction after this: a kill wakes it to die.
void rostrum_trace_kill(rostrum_trace *trace) {
  pthread_mutex_lock(&trace->lock);
  atomic_store(&trace->is_killing, 1);
  for (size_t i = 0; i < trace->tracee_count; i++) kill(trace->tracees[i].id, SIGKILL);
  pthread_mutex_unlock(&trace->lock);
}

static void resume(pid_t id, int signal) { ptrace(PTRACE_SYSCALL, id, NULL, (long)signal); }

static int look(pid_t id, struct call_stop *stop) {
  return ptrace(get_system_call, id, sizeof *stop, stop) > 0;
}

// MARK: its calls

static const char *last_part(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash != NULL && slash[1] != 0 ? slash + 1 : path;
}

static void write_down(rostrum_trace *trace, const struct call *call) {
  size_t length = strlen(call->name) + strlen(call->paths[0]) + strlen(call->paths[1]) + 4;
  if (trace->calls_length + length > trace->calls_room) {
    trace->calls_room = trace->calls_room * 2 + length;
    trace->calls = realloc(trace->calls, trace->calls_room);
    if (trace->calls == NULL) abort();
  }
  trace->calls_length += (size_t)sprintf(trace->calls + trace->calls_length, "%s", call->name);
  for (int i = 0; i < 2 && call->paths[i][0] != 0; i++) {
    trace->calls_length +=
        (size_t)sprintf(trace->calls + trace->calls_length, " %s", last_part(call->paths[i]));
  }
  trace->calls_length += (size_t)sprintf(trace->calls + trace->calls_length, "\n");
}

static int is_wanted(const rostrum_trace *trace, const struct call *call) {
  if (trace->touching == NULL) return 1;
  return strstr(call->paths[0], trace->touching) != NULL
      || strstr(call->paths[1], trace->touching) != NULL;
}

// Stops the program if this was the wanted call: whether it did.
static int counts(rostrum_trace *trace, const struct call *call) {
  write_down(trace, call);
  if (atomic_fetch_add(&trace->call_count, 1) + 1 != trace->stop_after) return 0;
  trace->was_stopped = 1;
  rostrum_trace_kill(trace);
  return 1;
}

static void let_next_in(rostrum_trace *trace);

// One file-changing call at a time, also of several threads: so exactly k have been made when the
// program is stopped after the k-th.
static void enters(rostrum_trace *trace, struct tracee *tracee, const struct call_stop *stop) {
  struct call call;
  if (trace->is_counting && call_enters(tracee->id, stop, &call)) {
    if (trace->caller != 0) {
      tracee->is_held = 1;
      return;
    }
    trace->caller = tracee->id;
    trace->call = call;
  }
  // It may wait for whatever the other threads do, so it does not keep them waiting.
  tracee->is_submitting = trace->is_counting && trace->counts_rings && call_submits(stop);
  resume(tracee->id, 0);
}

static void leaves(rostrum_trace *trace, struct tracee *tracee, const struct call_stop *stop) {
  pid_t id = tracee->id;
  if (trace->caller == id) {
    trace->caller = 0;
    if (call_counts(id, stop, &trace->call) && is_wanted(trace, &trace->call)) {
      if (counts(trace, &trace->call)) return;
    }
    let_next_in(trace);
  } else if (tracee->is_submitting && !stop->exit.is_error) {
    struct call ring = {.name = "io_uring_enter"};
    if (counts(trace, &ring)) return;
  }
  resume(id, 0);
}

static void let_next_in(rostrum_trace *trace) {
  for (size_t i = 0; i < trace->tracee_count && trace->caller == 0; i++) {
    struct tracee *tracee = &trace->tracees[i];
    if (!tracee->is_held) continue;
    struct call_stop stop;
    tracee->is_held = 0;
    // One that cannot be looked at is dying, and its end will be told.
    if (look(tracee->id, &stop)) enters(trace, tracee, &stop);
  }
}

// MARK: its stops

// With the old way of attaching, a stop of the whole process looks like a signal without a cause.
static int is_group_stop(pid_t id, int signal) {
  if (signal != SIGSTOP && signal != SIGTSTP && signal != SIGTTIN && signal != SIGTTOU) return 0;
  siginfo_t info;
  return ptrace(PTRACE_GETSIGINFO, id, NULL, &info) < 0;
}

static void is_at_event(rostrum_trace *trace, pid_t id, int event) {
  unsigned long message = 0;
  ptrace(PTRACE_GETEVENTMSG, id, NULL, &message);
  if (event == PTRACE_EVENT_EXEC) {
    trace->is_counting = 1;
    // The thread that did it has the process's number from now on.
    if ((pid_t)message != id) forget(trace, (pid_t)message);
    if (trace->caller == (pid_t)message) trace->caller = 0;
    let_next_in(trace);
  } else if (message != 0) {
    find_or_add(trace, (pid_t)message);
  }
  resume(id, 0);
}

static void stopped(rostrum_trace *trace, pid_t id, int status) {
  int signal = WSTOPSIG(status), event = status >> 16;
  struct tracee *tracee = find_or_add(trace, id);
  if (atomic_load(&trace->is_killing)) {
    kill(id, SIGKILL);
    return;
  }
  if (signal == call_signal) {
    struct call_stop stop;
    if (!look(id, &stop)) return resume(id, 0);
    if (stop.at == call_stop_entry) return enters(trace, tracee, &stop);
    return leaves(trace, tracee, &stop);
  }
  if (event != 0) return is_at_event(trace, id, event);
  if (signal == SIGSTOP && tracee->is_new) {
    tracee->is_new = 0;
    return resume(id, 0);
  }
  resume(id, is_group_stop(id, signal) ? 0 : signal);
}

static void ended(rostrum_trace *trace, pid_t id, int status) {
  forget(trace, id);
  if (id == trace->root) {
    trace->status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  }
  if (trace->caller == id) {
    trace->caller = 0;
    if (!atomic_load(&trace->is_killing)) let_next_in(trace);
  }
}

// Until no child of this thread and nobody whom it traces is left.
static void follow(rostrum_trace *trace) {
  for (;;) {
    int status;
    pid_t id = waitpid(-1, &status, __WALL | __WNOTHREAD);
    if (id < 0 && errno == EINTR) continue;
    if (id < 0) return;
    if (WIFSTOPPED(status)) {
      stopped(trace, id, status);
    } else {
      ended(trace, id, status);
    }
  }
}

// MARK: its start

// Between fork and exec: nothing that may take a lock which another thread held.
static void become_program(rostrum_trace *trace, int input) {
  struct start_failure failure = {rostrum_trace_no_process, 0};
  sigset_t none;
  sigemptyset(&none);
  if (dup2(input, 0) < 0 || dup2(trace->output[1], 1) < 0 || dup2(trace->output[2], 2) < 0)
    goto failed;
  if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0) {
    failure.stage = rostrum_trace_forbidden;
    goto failed;
  }
  raise(SIGSTOP);
  sigprocmask(SIG_SETMASK, &none, NULL);
  execvp(trace->arguments[0], trace->arguments);
  failure.stage = rostrum_trace_no_program;
failed:
  failure.error_number = errno;
  if (write(trace->failure_pipe[1], &failure, sizeof failure) < 0) _exit(126);
  _exit(127);
}

static void fail(rostrum_trace *trace, int stage) {
  trace->failure = (struct start_failure){stage, errno};
}

// The child has stopped itself: from here on it is told when to go on.
static void take_over(rostrum_trace *trace) {
  long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK
      | PTRACE_O_TRACEVFORK | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
  struct call_stop stop;
  if (ptrace(PTRACE_SETOPTIONS, trace->root, NULL, options) < 0) {
    fail(trace, rostrum_trace_forbidden);
    return rostrum_trace_kill(trace);
  }
  if (!look(trace->root, &stop)) {
    fail(trace, rostrum_trace_too_old);
    return rostrum_trace_kill(trace);
  }
  resume(trace->root, 0);
}

static int launch(rostrum_trace *trace) {
  int input = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (input < 0 || trace->output[1] < 0 || trace->output[2] < 0) return 0;
  if (pipe2(trace->failure_pipe, O_CLOEXEC) < 0) return 0;
  trace->root = fork();
  if (trace->root == 0) become_program(trace, input);
  close(input);
  close(trace->failure_pipe[1]);
  return trace->root > 0;
}

static void collect(rostrum_trace *trace) {
  struct start_failure failure;
  if (read(trace->failure_pipe[0], &failure, sizeof failure) == sizeof failure
      && trace->failure.stage == rostrum_trace_ok)
    trace->failure = failure;
  close(trace->failure_pipe[0]);
  for (int i = 1; i <= 2; i++) {
    struct stat facts;
    size_t size = fstat(trace->output[i], &facts) == 0 ? (size_t)facts.st_size : 0;
    trace->texts[i] = calloc(size + 1, 1);
    if (trace->texts[i] == NULL || pread(trace->output[i], trace->texts[i], size, 0) < 0) abort();
  }
}

static void run(rostrum_trace *trace) {
  int status;
  if (!launch(trace)) return fail(trace, rostrum_trace_no_process);
  find_or_add(trace, trace->root)->is_new = 0;
  while (waitpid(trace->root, &status, __WALL | __WNOTHREAD) < 0 && errno == EINTR) {
  }
  if (WIFSTOPPED(status)) {
    take_over(trace);
    follow(trace);
  } else {
    ended(trace, trace->root, status);
  }
  collect(trace);
}

static void *trace_thread(void *argument) {
  rostrum_trace *trace = argument;
  run(trace);
  atomic_store(&trace->is_over, 1);
  return NULL;
}

// MARK: what tests call

static char *const *copy_words(char *const words[]) {
  size_t count = 0;
  while (words[count] != NULL) count++;
  char **copy = calloc(count + 1, sizeof *copy);
  if (copy == NULL) abort();
  for (size_t i = 0; i < count; i++) copy[i] = strdup(words[i]);
  return copy;
}

rostrum_trace *rostrum_trace_start(
    char *const arguments[], int64_t stop_after, const char *touching, int counts_rings) {
  rostrum_trace *trace = calloc(1, sizeof *trace);
  if (trace == NULL) return NULL;
  trace->arguments = copy_words(arguments);
  trace->stop_after = stop_after;
  trace->touching = touching == NULL ? NULL : strdup(touching);
  trace->counts_rings = counts_rings;
  trace->output[1] = memfd_create("stdout", MFD_CLOEXEC);
  trace->output[2] = memfd_create("stderr", MFD_CLOEXEC);
  pthread_mutex_init(&trace->lock, NULL);
  // The test process's handlers run elsewhere.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  int result = pthread_create(&trace->thread, NULL, trace_thread, trace);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (result != 0) {
    trace->failure = (struct start_failure){rostrum_trace_no_process, result};
    trace->is_joined = 1;
    atomic_store(&trace->is_over, 1);
  }
  return trace;
}

int64_t rostrum_trace_read(const rostrum_trace *trace, int descriptor, char *bytes, int64_t room) {
  return pread(trace->output[descriptor], bytes, (size_t)room, 0);
}

int rostrum_trace_is_over(const rostrum_trace *trace) { return atomic_load(&trace->is_over); }

void rostrum_trace_signal(rostrum_trace *trace, int signal) {
  pthread_mutex_lock(&trace->lock);
  if (find(trace, trace->root) != NULL) kill(trace->root, signal);
  pthread_mutex_unlock(&trace->lock);
}

int rostrum_trace_wait(rostrum_trace *trace, int64_t milliseconds) {
  if (trace->is_joined) return 1;
  struct timespec end;
  clock_gettime(CLOCK_REALTIME, &end);
  int64_t ns = end.tv_nsec + milliseconds % 1000 * 1000000;
  end.tv_sec += milliseconds / 1000 + ns / 1000000000;
  end.tv_nsec = ns % 1000000000;
  int is_late = pthread_timedjoin_np(trace->thread, NULL, &end) != 0;
  if (is_late) {
    rostrum_trace_kill(trace);
    pthread_join(trace->thread, NULL);
  }
  trace->is_joined = 1;
  return !is_late;
}

int64_t rostrum_trace_call_count(const rostrum_trace *trace) {
  return atomic_load(&trace->call_count);
}

enum rostrum_trace_stage rostrum_trace_failure(const rostrum_trace *trace, int *error_number) {
  *error_number = trace->failure.error_number;
  return trace->failure.stage;
}

int rostrum_trace_status(const rostrum_trace *trace) { return trace->status; }
int rostrum_trace_was_stopped(const rostrum_trace *trace) { return trace->was_stopped; }

const char *rostrum_trace_calls(const rostrum_trace *trace) {
  return trace->calls == NULL ? "" : trace->calls;
}

const char *rostrum_trace_output(const rostrum_trace *trace, int descriptor) {
  return trace->texts[descriptor] == NULL ? "" : trace->texts[descriptor];
}

void rostrum_trace_free(rostrum_trace *trace) {
  for (size_t i = 0; trace->arguments[i] != NULL; i++) free(trace->arguments[i]);
  free((void *)trace->arguments);
  free(trace->touching);
  free(trace->tracees);
  free(trace->calls);
  free(trace->texts[1]);
  free(trace->texts[2]);
  close(trace->output[1]);
  close(trace->output[2]);
  pthread_mutex_destroy(&trace->lock);
  free(trace);
}
