// What a test tells the file layer under a server to do: see Tests/CFaultyFiles. For tests alone.
#ifndef ROSTRUM_CFILEFAULTS_H
#define ROSTRUM_CFILEFAULTS_H

#include <stdint.h>

/// The calls that a fault can be about, as bits.
enum rostrum_fault_call {
  /// A read of a file.
  rostrum_fault_read = 1,
  /// A write of a file; not that of a batch of the log.
  rostrum_fault_write = 2,
  /// A flush of a file or folder; not that of a batch of the log.
  rostrum_fault_flush = 4,
  /// The making of a file.
  rostrum_fault_create = 8,
  /// The question for free space.
  rostrum_fault_measure = 16,
  /// The write of a batch of the log: one whose flush is linked to it.
  rostrum_fault_batch_write = 32,
  /// The flush of a batch of the log.
  rostrum_fault_batch_flush = 64,
};

/// One fault; what is zero is left as it is.
struct rostrum_fault {
  /// What the path must contain; empty = every file.
  char path[104];
  /// Which calls, of `rostrum_fault_call`.
  uint32_t calls;
  /// So many of them are let through first.
  uint32_t skip;
  /// So many are hit then.
  uint32_t times;
  /// The errno with which they fail.
  int32_t error;
  /// The most bytes that are read or written.
  uint32_t byte_count_max;
  /// How long a call takes more, in milliseconds; of the ring's calls only a batch's flush.
  uint32_t delay_ms;
  /// The free bytes that are told.
  uint64_t free_byte_count;
};

/// The faults of a server, in memory that it shares with its test.
typedef struct rostrum_faults rostrum_faults;

enum { rostrum_fault_count = 8 };

/// Makes or opens the file that a server is told of by `ROSTRUM_FAULTS`; NULL with an errno.
rostrum_faults *rostrum_faults_open(const char *path);

/// Lets go of it; the faults stay in force.
void rostrum_faults_close(rostrum_faults *faults);

/// Sets one of the faults, also while the server runs; how often it hit begins again at 0.
void rostrum_faults_set(rostrum_faults *faults, int index, const struct rostrum_fault *fault);

/// Ends a fault.
void rostrum_faults_end(rostrum_faults *faults, int index);

/// How often a fault has hit.
int64_t rostrum_faults_hits(const rostrum_faults *faults, int index);

/// What is to happen to a call: 0 with `fault` untouched when nothing is.
int rostrum_faults_meets(
    rostrum_faults *faults, uint32_t call, const char *path, struct rostrum_fault *fault);

#endif
