// io_uring requests, see CLinuxUring.h.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "CLinuxUring.h"
#include <errno.h>
#include <liburing.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>

struct rl_ring {
  struct io_uring uring;
  struct io_uring_buf_ring *buffers;
  uint8_t *buffer_memory;
  uint32_t buffer_count;
  uint32_t buffer_bytes;
  uint16_t buffer_group;
};

static int open_ring(struct rl_ring *ring, const struct rl_ring_options *options) {
  struct io_uring_params params = {0};
  // One thread submits and reaps, and completions run when it asks: no interrupt of the hot loop.
  params.flags = IORING_SETUP_CQSIZE | IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN
               | IORING_SETUP_SUBMIT_ALL | IORING_SETUP_CLAMP;
  params.cq_entries = options->completion_entries;
  int status = io_uring_queue_init_params(options->submission_entries, &ring->uring, &params);
  if (status < 0) return status;
  status = io_uring_register_files_sparse(&ring->uring, options->file_slots);
  if (status == 0) {
    status = io_uring_register_file_alloc_range(
        &ring->uring, options->socket_slots_first, options->socket_slots);
  }
  if (status < 0) {
    io_uring_queue_exit(&ring->uring);
    return status;
  }
  io_uring_register_ring_fd(&ring->uring);
  return 0;
}

struct rl_ring *rl_ring_open(const struct rl_ring_options *options, int *error) {
  struct rl_ring *ring = calloc(1, sizeof *ring);
  *error = ring ? -open_ring(ring, options) : ENOMEM;
  if (*error == 0) return ring;
  free(ring);
  return NULL;
}

void rl_ring_close(struct rl_ring *ring) {
  size_t bytes = ring->buffer_count * sizeof(struct io_uring_buf);
  io_uring_queue_exit(&ring->uring);
  if (ring->buffers) munmap(ring->buffers, bytes);
  free(ring);
}

int rl_ring_provide_buffers(struct rl_ring *ring, void *memory, uint32_t count, uint32_t bytes) {
  void *entries = mmap(NULL, count * sizeof(struct io_uring_buf), PROT_READ | PROT_WRITE,
                       MAP_ANONYMOUS | MAP_PRIVATE, -1, 0);
  if (entries == MAP_FAILED) return -errno;
  struct io_uring_buf_reg registration = {
    .ring_addr = (uint64_t)(uintptr_t)entries, .ring_entries = count, .bgid = 1,
  };
  int status = io_uring_register_buf_ring(&ring->uring, &registration, 0);
  if (status < 0) {
    munmap(entries, count * sizeof(struct io_uring_buf));
    return status;
  }
  ring->buffers = entries;
  ring->buffer_memory = memory;
  ring->buffer_count = count;
  ring->buffer_bytes = bytes;
  ring->buffer_group = 1;
  io_uring_buf_ring_init(ring->buffers);
  int mask = io_uring_buf_ring_mask(count);
  for (uint32_t i = 0; i < count; i++) {
    io_uring_buf_ring_add(ring->buffers, ring->buffer_memory + (size_t)i * bytes, bytes,
                          (unsigned short)i, mask, (int)i);
  }
  io_uring_buf_ring_advance(ring->buffers, (int)count);
  return 0;
}

int rl_ring_register_buffers(struct rl_ring *ring, const struct rl_memory *buffers,
                             uint32_t count) {
  struct iovec vectors[8];
  if (count > 8) return -E2BIG;
  for (uint32_t i = 0; i < count; i++) {
    vectors[i] = (struct iovec){.iov_base = buffers[i].base, .iov_len = buffers[i].length};
  }
  return io_uring_register_buffers(&ring->uring, vectors, count);
}

int rl_ring_register_file(struct rl_ring *ring, uint32_t slot, int fd) {
  int status = io_uring_register_files_update(&ring->uring, slot, &fd, 1);
  return status < 0 ? status : 0;
}

// A full submission queue is handed over and tried again: requests of one turn may be more than it.
static struct io_uring_sqe *entry(struct rl_ring *ring, unsigned needed) {
  if (io_uring_sq_space_left(&ring->uring) < needed) io_uring_submit(&ring->uring);
  return io_uring_get_sqe(&ring->uring);
}

static int fixed(struct io_uring_sqe *sqe, unsigned flags, uint64_t token) {
  sqe->flags |= IOSQE_FIXED_FILE | flags;
  io_uring_sqe_set_data64(sqe, token);
  return 0;
}

int rl_accept(struct rl_ring *ring, uint32_t listener_slot, uint64_t token) {
  struct io_uring_sqe *sqe = entry(ring, 1);
  if (!sqe) return -EBUSY;
  io_uring_prep_multishot_accept_direct(sqe, (int)listener_slot, NULL, NULL, 0);
  return fixed(sqe, 0, token);
}

int rl_receive(struct rl_ring *ring, uint32_t slot, uint64_t token) {
  struct io_uring_sqe *sqe = entry(ring, 1);
  if (!sqe) return -EBUSY;
  io_uring_prep_recv_multishot(sqe, (int)slot, NULL, 0, 0);
  sqe->buf_group = ring->buffer_group;
  return fixed(sqe, IOSQE_BUFFER_SELECT, token);
}

int rl_send(struct rl_ring *ring, uint32_t slot, const void *data, uint32_t length,
            uint64_t token) {
  struct io_uring_sqe *sqe = entry(ring, 1);
  if (!sqe) return -EBUSY;
  io_uring_prep_send(sqe, (int)slot, data, length, MSG_NOSIGNAL);
  return fixed(sqe, 0, token);
}

int rl_shutdown(struct rl_ring *ring, uint32_t slot, uint64_t token) {
  struct io_uring_sqe *sqe = entry(ring, 1);
  if (!sqe) return -EBUSY;
  io_uring_prep_shutdown(sqe, (int)slot, SHUT_RDWR);
  return fixed(sqe, 0, token);
}

int rl_close_slot(struct rl_ring *ring, uint32_t slot, uint64_t token) {
  struct io_uring_sqe *sqe = entry(ring, 1);
  if (!sqe) return -EBUSY;
  io_uring_prep_close_direct(sqe, slot);
  io_uring_sqe_set_data64(sqe, token);
  return 0;
}

int rl_cancel(struct rl_ring *ring, uint64_t victim, uint64_t token) {
  struct io_uring_sqe *sqe = entry(ring, 1);
  if (!sqe) return -EBUSY;
  io_uring_prep_cancel64(sqe, victim, 0);
  io_uring_sqe_set_data64(sqe, token);
  return 0;
}

int rl_read(struct rl_ring *ring, uint32_t slot, void *data, uint32_t length, uint64_t token) {
  struct io_uring_sqe *sqe = entry(ring, 1);
  if (!sqe) return -EBUSY;
  io_uring_prep_read(sqe, (int)slot, data, length, (uint64_t)-1);
  return fixed(sqe, 0, token);
}

int rl_write_and_sync(struct rl_ring *ring, uint32_t slot, uint32_t buffer, const void *data,
                      uint32_t length, uint64_t offset, uint64_t write_token, uint64_t sync_token) {
  // Both or neither: a link must not be cut by a submission in between.
  struct io_uring_sqe *sqe = entry(ring, 2);
  if (!sqe) return -EBUSY;
  io_uring_prep_write_fixed(sqe, (int)slot, data, length, offset, (int)buffer);
  fixed(sqe, IOSQE_IO_LINK, write_token);
  sqe = io_uring_get_sqe(&ring->uring);
  io_uring_prep_fsync(sqe, (int)slot, IORING_FSYNC_DATASYNC);
  return fixed(sqe, 0, sync_token);
}

int rl_write(struct rl_ring *ring, uint32_t slot, uint32_t buffer, const void *data,
             uint32_t length, uint64_t offset, uint64_t token) {
  struct io_uring_sqe *sqe = entry(ring, 1);
  if (!sqe) return -EBUSY;
  io_uring_prep_write_fixed(sqe, (int)slot, data, length, offset, (int)buffer);
  return fixed(sqe, 0, token);
}

int rl_sync(struct rl_ring *ring, uint32_t slot, uint64_t token) {
  struct io_uring_sqe *sqe = entry(ring, 1);
  if (!sqe) return -EBUSY;
  io_uring_prep_fsync(sqe, (int)slot, IORING_FSYNC_DATASYNC);
  return fixed(sqe, 0, token);
}

// The three below take an ordinary descriptor: for files that come and go, off the way of a bid.
int rl_file_write(struct rl_ring *ring, int fd, const void *data, uint32_t length,
                  uint64_t offset, uint64_t token) {
  struct io_uring_sqe *sqe = entry(ring, 1);
  if (!sqe) return -EBUSY;
  io_uring_prep_write(sqe, fd, data, length, offset);
  io_uring_sqe_set_data64(sqe, token);
  return 0;
}

int rl_file_read(struct rl_ring *ring, int fd, void *data, uint32_t length, uint64_t offset,
                 uint64_t token) {
  struct io_uring_sqe *sqe = entry(ring, 1);
  if (!sqe) return -EBUSY;
  io_uring_prep_read(sqe, fd, data, length, offset);
  io_uring_sqe_set_data64(sqe, token);
  return 0;
}

int rl_file_sync(struct rl_ring *ring, int fd, int data_only, uint64_t token) {
  struct io_uring_sqe *sqe = entry(ring, 1);
  if (!sqe) return -EBUSY;
  io_uring_prep_fsync(sqe, fd, data_only ? IORING_FSYNC_DATASYNC : 0);
  io_uring_sqe_set_data64(sqe, token);
  return 0;
}

// A signal or a moment without memory is no failure: the next turn submits again.
static int benign(int status) {
  return status >= 0 || status == -EINTR || status == -EAGAIN || status == -EBUSY
      || status == -ETIME;
}

int rl_submit(struct rl_ring *ring) {
  int status = io_uring_submit_and_get_events(&ring->uring);
  return benign(status) ? 0 : status;
}

int rl_submit_and_wait(struct rl_ring *ring, uint64_t nanoseconds) {
  struct __kernel_timespec limit = {
    .tv_sec = (long long)(nanoseconds / 1000000000u),
    .tv_nsec = (long long)(nanoseconds % 1000000000u),
  };
  struct io_uring_cqe *first;
  int status = io_uring_submit_and_wait_timeout(&ring->uring, &first, 1, &limit, NULL);
  return benign(status) ? 0 : status;
}

uint32_t rl_reap(struct rl_ring *ring, struct rl_completion *completions, uint32_t most) {
  struct io_uring_cqe *cqe;
  unsigned head;
  uint32_t count = 0;
  io_uring_for_each_cqe(&ring->uring, head, cqe) {
    if (count == most) break;
    completions[count++] = (struct rl_completion){
      .token = cqe->user_data, .result = cqe->res,
      .buffer = (uint16_t)(cqe->flags >> IORING_CQE_BUFFER_SHIFT),
      .has_buffer = (cqe->flags & IORING_CQE_F_BUFFER) != 0,
      .has_more = (cqe->flags & IORING_CQE_F_MORE) != 0,
    };
  }
  io_uring_cq_advance(&ring->uring, count);
  return count;
}

void rl_return_buffer(struct rl_ring *ring, uint16_t buffer) {
  int mask = io_uring_buf_ring_mask(ring->buffer_count);
  io_uring_buf_ring_add(ring->buffers, ring->buffer_memory + (size_t)buffer * ring->buffer_bytes,
                        ring->buffer_bytes, buffer, mask, 0);
  io_uring_buf_ring_advance(ring->buffers, 1);
}
