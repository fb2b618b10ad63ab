#include "ring.h"

#include <sched.h>
#include <string.h>
#include <sys/mman.h>

#include "floor.h"

static void add_buffers(struct ring *r) {
  size_t ring_bytes = RECEIVE_BUFFERS * sizeof(struct io_uring_buf);
  r->buffers = map_pages(ring_bytes, false);
  r->buffer_memory = map_huge((size_t)RECEIVE_BUFFERS * RECEIVE_BUFFER_BYTES);
  struct io_uring_buf_reg registration = {
    .ring_addr = (uint64_t)(uintptr_t)r->buffers,
    .ring_entries = RECEIVE_BUFFERS,
    .bgid = RECEIVE_GROUP,
  };
  check_code(io_uring_register_buf_ring(&r->uring, &registration, 0), "register buffer ring");
  io_uring_buf_ring_init(r->buffers);
  for (unsigned id = 0; id < RECEIVE_BUFFERS; id++) ring_return_buffer(r, id);
  ring_publish_buffers(r);
}

void ring_open(struct ring *r, unsigned files, int iowq_core) {
  struct io_uring_params p;
  memset(r, 0, sizeof *r);
  memset(&p, 0, sizeof p);
  p.flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_CQSIZE;
  p.cq_entries = 16384;
  check_code(io_uring_queue_init_params(1024, &r->uring, &p),
             "io_uring_setup (a kernel of 6.1 or newer is needed)");
  check_code(io_uring_register_ring_fd(&r->uring), "register the ring's descriptor");
  check_code(io_uring_register_files_sparse(&r->uring, files), "register files");
  if (iowq_core >= 0) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(iowq_core, &set);
    check_code(io_uring_register_iowq_aff(&r->uring, sizeof set, &set), "place the worker");
  }
  add_buffers(r);
}

void ring_close(struct ring *r) {
  io_uring_queue_exit(&r->uring);
  munmap(r->buffer_memory, (size_t)RECEIVE_BUFFERS * RECEIVE_BUFFER_BYTES);
}

struct io_uring_sqe *ring_sqe(struct ring *r, uint64_t user_data) {
  struct io_uring_sqe *sqe = io_uring_get_sqe(&r->uring);
  while (!sqe) {
    check_code(io_uring_submit(&r->uring), "submit");
    sqe = io_uring_get_sqe(&r->uring);
  }
  // The prep functions of liburing leave user_data alone, so it may be set before them.
  sqe->user_data = user_data;
  return sqe;
}

void ring_return_buffer(struct ring *r, unsigned id) {
  io_uring_buf_ring_add(r->buffers, ring_buffer(r, id), RECEIVE_BUFFER_BYTES,
                        (unsigned short)id, RECEIVE_BUFFERS - 1, (int)r->returned);
  r->returned++;
}

void ring_publish_buffers(struct ring *r) {
  if (r->returned == 0) return;
  io_uring_buf_ring_advance(r->buffers, (int)r->returned);
  r->returned = 0;
}
