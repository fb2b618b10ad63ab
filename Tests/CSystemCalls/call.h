// Which system calls change files, and what they are called with.
#ifndef ROSTRUM_CALL_H
#define ROSTRUM_CALL_H

#include <stdint.h>
#include <sys/types.h>

/// What the kernel says about a thread that is stopped at a system call (PTRACE_GET_SYSCALL_INFO).
///
/// Written down here because libraries and kernel headers give it different names.
struct call_stop {
  uint8_t at;
  uint8_t pad[3];
  uint32_t machine;
  uint64_t instruction;
  uint64_t stack;
  union {
    struct {
      uint64_t number;
      uint64_t arguments[6];
    } entry;
    struct {
      int64_t result;
      uint8_t is_error;
    } exit;
  };
};

enum { call_stop_elsewhere = 0, call_stop_entry = 1, call_stop_exit = 2 };

/// A file-changing call that a thread is in.
struct call {
  const char *name;
  /// The descriptor that it gives is what it changes: judged when it returns.
  int opens;
  /// What it changes; the second is for a new name, else empty.
  char paths[2][4096];
};

/// Whether a thread is entering an `io_uring_enter` that submits something.
int call_submits(const struct call_stop *stop);

/// Whether a thread is entering a call that changes files.
int call_enters(pid_t thread, const struct call_stop *stop, struct call *call);

/// Whether the call did change a file, now that it returns.
int call_counts(pid_t thread, const struct call_stop *stop, const struct call *call);

#endif
