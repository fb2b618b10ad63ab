// The log: a file written with zeros beforehand, overwritten batch after batch with O_DIRECT and
// made durable with fdatasync. One batch is in flight while the other gathers.
#ifndef FLOOR_LOG_H
#define FLOOR_LOG_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "floor.h"
#include "frames.h"
#include "ring.h"

enum { BATCH_BYTES = 2 << 20 };
#define BATCH_RECORDS ((BATCH_BYTES - sizeof(struct batch_header)) / sizeof(struct record))

// A connection with replies that wait for the batch: they end at `reply_end` in its stream.
struct waiter {
  uint32_t session, generation;
  uint64_t reply_end;
};

struct batch {
  uint8_t *bytes;
  struct waiter *waiters;
  uint32_t count, waiter_count;
  uint64_t number;
};

// The flush thread of `--threads 2`, and how the network thread talks to it.
struct flusher {
  pthread_t thread;
  int fd, wake_fd, core;
  uint64_t poll_ns;
  const void *bytes;
  size_t length;
  uint64_t offset;
  bool dsync;
  _Atomic uint32_t requested, done, stop;
  _Atomic uint32_t thread_sleeps, caller_sleeps;
};

struct log {
  int fd, file_slot;
  uint64_t file_bytes, offset, next_position, next_number, submitted_ns;
  struct batch batches[2];
  unsigned gathering;
  bool in_flight, fixed_buffers, dsync;
  struct flusher *flusher;  // NULL with one thread
};

// A file of zeros in the folder, without a name: it is gone when the process is.
int log_file_open(const char *folder, uint64_t bytes);
void log_open(struct log *l, const struct options *o, struct ring *r, int file_slot,
              unsigned sessions);
void log_close(struct log *l);
// Submits the gathering batch; the other one gathers from now on. Nothing may be in flight.
void log_submit(struct log *l, struct ring *r, uint64_t user_data, struct shared *shared);
// The result is what the flush took, in ns.
// Dies when it failed or was short: a failed flush can't be tried again.
uint64_t log_complete(struct log *l, int result, struct shared *shared);

void flusher_start(struct flusher *f, const struct log *l, const struct options *o);
void flusher_stop(struct flusher *f);
void flusher_request(struct flusher *f, const void *bytes, size_t length, uint64_t offset);
static inline bool flusher_done(struct flusher *f) {
  return atomic_load_explicit(&f->done, memory_order_acquire) ==
         atomic_load_explicit(&f->requested, memory_order_relaxed);
}

static inline struct batch *log_gathering(struct log *l) { return &l->batches[l->gathering]; }
static inline struct batch *log_flying(struct log *l) { return &l->batches[l->gathering ^ 1]; }

#endif
