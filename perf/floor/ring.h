// One io_uring with a ring of provided receive buffers.
#ifndef FLOOR_RING_H
#define FLOOR_RING_H

#include <liburing.h>
#include <stdint.h>

enum {
  RECEIVE_BUFFER_BYTES = 16384,
  RECEIVE_BUFFERS = 128,   // a power of two
  RECEIVE_GROUP = 0,
};

struct ring {
  struct io_uring uring;
  struct io_uring_buf_ring *buffers;
  uint8_t *buffer_memory;
  unsigned returned;       // buffers handed back but not yet shown to the kernel
};

void ring_open(struct ring *r, unsigned files, int iowq_core);
void ring_close(struct ring *r);
// A free submission entry; submits what is queued when there is none.
struct io_uring_sqe *ring_sqe(struct ring *r, uint64_t user_data);
void ring_return_buffer(struct ring *r, unsigned id);
void ring_publish_buffers(struct ring *r);

static inline uint8_t *ring_buffer(struct ring *r, unsigned id) {
  return r->buffer_memory + (size_t)id * RECEIVE_BUFFER_BYTES;
}

#endif
