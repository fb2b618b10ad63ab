// io_uring: one function a request, each taking its submission entry itself.
#ifndef ROSTRUM_CLINUX_URING_H
#define ROSTRUM_CLINUX_URING_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <liburing.h>
#include <stdint.h>

#define RL_HOT __attribute__((swift_attr("@_noLocks")))

/// A completion, copied out of the ring.
struct rl_completion {
  uint64_t token;
  int32_t result;
  uint32_t flags;
};

/// What a ring is made of; all sizes are powers of two.
struct rl_ring_options {
  uint32_t submission_entries;
  uint32_t completion_entries;
  uint32_t file_slots;
  uint32_t socket_slots_first;
  uint32_t socket_slots;
};

struct rl_ring {
  struct io_uring uring;
  struct io_uring_buf_ring *buffers;
  uint8_t *buffer_memory;
  uint32_t buffer_count;
  uint32_t buffer_bytes;
  uint16_t buffer_group;
};

/// Opens the ring with a table of registered files; 0 or -errno.
int rl_ring_open(struct rl_ring *ring, const struct rl_ring_options *options);
void rl_ring_close(struct rl_ring *ring);
/// Registers the receive buffers with the kernel; 0 or -errno.
int rl_ring_provide_buffers(struct rl_ring *ring, void *memory, uint32_t count, uint32_t bytes);
/// Registers memory that write_fixed may name; 0 or -errno.
int rl_ring_register_buffers(struct rl_ring *ring, const struct iovec *buffers, uint32_t count);
/// Puts a descriptor in a slot of the registered table (-1 empties it); 0 or -errno.
int rl_ring_register_file(struct rl_ring *ring, uint32_t slot, int fd);

RL_HOT int rl_accept(struct rl_ring *ring, uint32_t listener_slot, uint64_t token);
RL_HOT int rl_receive(struct rl_ring *ring, uint32_t slot, uint64_t token);
RL_HOT int rl_send(struct rl_ring *ring, uint32_t slot, const void *data, uint32_t length, uint64_t token);
RL_HOT int rl_shutdown(struct rl_ring *ring, uint32_t slot, uint64_t token);
RL_HOT int rl_close_slot(struct rl_ring *ring, uint32_t slot, uint64_t token);
RL_HOT int rl_cancel(struct rl_ring *ring, uint64_t victim, uint64_t token);
RL_HOT int rl_read(struct rl_ring *ring, uint32_t slot, void *data, uint32_t length, uint64_t token);
/// A write of registered memory and, linked behind it, an fdatasync of the same file.
RL_HOT int rl_write_and_sync(struct rl_ring *ring, uint32_t slot, uint32_t buffer, const void *data,
                             uint32_t length, uint64_t offset, uint64_t write_token, uint64_t sync_token);
RL_HOT int rl_write(struct rl_ring *ring, uint32_t slot, uint32_t buffer, const void *data,
                    uint32_t length, uint64_t offset, uint64_t token);
RL_HOT int rl_sync(struct rl_ring *ring, uint32_t slot, uint64_t token);

/// Submits what is prepared and lets finished work post its completions; does not wait. 0 or -errno.
RL_HOT int rl_submit(struct rl_ring *ring);
/// The same, then sleeps until a completion or for `nanoseconds`. 0 or -errno (-ETIME is 0).
RL_HOT int rl_submit_and_wait(struct rl_ring *ring, uint64_t nanoseconds);
/// Copies up to `most` completions out; how many.
RL_HOT uint32_t rl_reap(struct rl_ring *ring, struct rl_completion *completions, uint32_t most);
/// Gives a receive buffer back to the kernel.
RL_HOT void rl_return_buffer(struct rl_ring *ring, uint16_t buffer);

/// The flag that a multishot request goes on after this completion.
RL_HOT static inline int rl_has_more(uint32_t flags) { return (flags & IORING_CQE_F_MORE) != 0; }
/// Whether a completion brought a receive buffer, and which.
RL_HOT static inline int rl_has_buffer(uint32_t flags) { return (flags & IORING_CQE_F_BUFFER) != 0; }
RL_HOT static inline uint16_t rl_buffer_of(uint32_t flags) { return (uint16_t)(flags >> IORING_CQE_BUFFER_SHIFT); }

#endif
