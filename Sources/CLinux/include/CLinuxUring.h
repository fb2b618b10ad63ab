// io_uring: one function a request, each taking its submission entry itself.
#ifndef ROSTRUM_CLINUX_URING_H
#define ROSTRUM_CLINUX_URING_H

// Only the integer types: the system's own headers would meet Swift's copies of them here.
#include <stdint.h>

#define RL_HOT __attribute__((swift_attr("@_noLocks")))

/// A completion, copied out of the ring.
struct rl_completion {
  uint64_t token;
  int32_t result;
  uint16_t buffer;
  uint8_t has_buffer;
  uint8_t has_more;
};

/// Memory that write requests may name.
struct rl_memory {
  void *base;
  uint64_t length;
};

/// What a ring is made of; all sizes are powers of two.
struct rl_ring_options {
  uint32_t submission_entries;
  uint32_t completion_entries;
  uint32_t file_slots;
  uint32_t socket_slots_first;
  uint32_t socket_slots;
};

/// One thread's ring; its inside is uring.c's.
struct rl_ring;

/// Opens a ring with a table of registered files; NULL with the errno in `error` when it cannot.
struct rl_ring *rl_ring_open(const struct rl_ring_options *options, int *error);
void rl_ring_close(struct rl_ring *ring);
/// Registers the receive buffers with the kernel; 0 or -errno.
int rl_ring_provide_buffers(struct rl_ring *ring, void *memory, uint32_t count, uint32_t bytes);
/// Registers memory that write_fixed may name; 0 or -errno.
int rl_ring_register_buffers(struct rl_ring *ring, const struct rl_memory *buffers, uint32_t count);
/// Puts a descriptor in a slot of the registered table (-1 empties it); 0 or -errno.
int rl_ring_register_file(struct rl_ring *ring, uint32_t slot, int fd);

RL_HOT int rl_accept(struct rl_ring *ring, uint32_t listener_slot, uint64_t token);
RL_HOT int rl_receive(struct rl_ring *ring, uint32_t slot, uint64_t token);
RL_HOT int rl_send(struct rl_ring *ring, uint32_t slot, const void *data, uint32_t length,
                   uint64_t token);
RL_HOT int rl_shutdown(struct rl_ring *ring, uint32_t slot, uint64_t token);
RL_HOT int rl_close_slot(struct rl_ring *ring, uint32_t slot, uint64_t token);
RL_HOT int rl_cancel(struct rl_ring *ring, uint64_t victim, uint64_t token);
RL_HOT int rl_read(struct rl_ring *ring, uint32_t slot, void *data, uint32_t length,
                   uint64_t token);
/// A write of registered memory and, linked behind it, an fdatasync of the same file.
RL_HOT int rl_write_and_sync(struct rl_ring *ring, uint32_t slot, uint32_t buffer, const void *data,
                             uint32_t length, uint64_t offset, uint64_t write_token,
                             uint64_t sync_token);
RL_HOT int rl_write(struct rl_ring *ring, uint32_t slot, uint32_t buffer, const void *data,
                    uint32_t length, uint64_t offset, uint64_t token);
RL_HOT int rl_sync(struct rl_ring *ring, uint32_t slot, uint64_t token);
/// Requests on an ordinary descriptor, which the table of registered files does not hold.
RL_HOT int rl_file_write(struct rl_ring *ring, int fd, const void *data, uint32_t length,
                         uint64_t offset, uint64_t token);
RL_HOT int rl_file_read(struct rl_ring *ring, int fd, void *data, uint32_t length,
                        uint64_t offset, uint64_t token);
RL_HOT int rl_file_sync(struct rl_ring *ring, int fd, int data_only, uint64_t token);

/// Submits what is prepared and lets finished work post its completions; does not wait.
/// 0 or -errno.
RL_HOT int rl_submit(struct rl_ring *ring);
/// The same, then sleeps until a completion or for `nanoseconds`. 0 or -errno (-ETIME is 0).
RL_HOT int rl_submit_and_wait(struct rl_ring *ring, uint64_t nanoseconds);
/// Copies up to `most` completions out; how many.
RL_HOT uint32_t rl_reap(struct rl_ring *ring, struct rl_completion *completions, uint32_t most);
/// Gives a receive buffer back to the kernel.
RL_HOT void rl_return_buffer(struct rl_ring *ring, uint16_t buffer);

#endif
