// Runs a program under ptrace and kills it right after one of its file-changing system calls, so
// that a test can try a crash at every one of them. For tests alone.
#ifndef ROSTRUM_CSYSTEMCALLS_H
#define ROSTRUM_CSYSTEMCALLS_H

#include "CFileFaults.h"
#include <stdint.h>

/// A program that is followed.
typedef struct rostrum_trace rostrum_trace;

/// What went wrong while a trace was being set up.
enum rostrum_trace_stage {
  rostrum_trace_ok = 0,
  /// No thread, no memory, no process.
  rostrum_trace_no_process = 1,
  /// The machine lets no process trace its own child.
  rostrum_trace_forbidden = 2,
  /// The kernel says nothing about system calls (it is older than 5.3).
  rostrum_trace_too_old = 3,
  /// The program does not start.
  rostrum_trace_no_program = 4,
};

/// Starts a program with all its threads and children under trace; never NULL but without memory.
///
/// `stop_after` counts from 1; 0 lets the program run to its end. `touching` is a part that the
/// path of a call must have to count, or NULL: then every file-changing call counts. With
/// `counts_rings` so does every `io_uring_enter` that submits something.
rostrum_trace *rostrum_trace_start(
    char *const arguments[], int64_t stop_after, const char *touching, int counts_rings);

/// How many calls have counted so far; also while the program runs.
int64_t rostrum_trace_call_count(const rostrum_trace *trace);

/// What the program has written to stdout (1) or stderr (2) so far: how many bytes came.
int64_t rostrum_trace_read(const rostrum_trace *trace, int descriptor, char *bytes, int64_t room);

/// Whether the program and all its children have ended.
int rostrum_trace_is_over(const rostrum_trace *trace);

/// Sends the program a signal.
void rostrum_trace_signal(rostrum_trace *trace, int signal);

/// Kills the program and all its children, wherever they are.
void rostrum_trace_kill(rostrum_trace *trace);

/// Waits for the end of the program and its children: 1, or 0 when it was killed for being late.
int rostrum_trace_wait(rostrum_trace *trace, int64_t milliseconds);

/// After the end: what went wrong at the start, and its errno.
enum rostrum_trace_stage rostrum_trace_failure(const rostrum_trace *trace, int *error_number);

/// After the end: the exit status, or 128 + the signal that ended the program.
int rostrum_trace_status(const rostrum_trace *trace);

/// After the end: whether it was killed because the wanted call had been made.
int rostrum_trace_was_stopped(const rostrum_trace *trace);

/// After the end: the calls in order, a line each, such as `rename a b`.
const char *rostrum_trace_calls(const rostrum_trace *trace);

/// After the end: what the program wrote to stdout (1) or stderr (2), ended by a zero.
const char *rostrum_trace_output(const rostrum_trace *trace, int descriptor);

/// Frees everything; the end must have been waited for.
void rostrum_trace_free(rostrum_trace *trace);

/// Copies a file without its zeros (they become holes): 0, or an errno.
int rostrum_copy_file(const char *from, const char *to);

#endif
