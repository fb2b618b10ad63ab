// The requests of a ring: what the log and the journal write while a server serves.
//
// A request that is to fail gets a file that is not there, so that the kernel itself refuses it and
// what is linked to it; the errno is put right before the program sees it. That can be done in
// between because such a ring's completions come only when the program asks for them.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "calls.h"
#include <errno.h>
#include <liburing.h>
#include <limits.h>
#include <string.h>

enum { slot_count = 64, changed_count = 64, no_file = 0x7FFFFFF };

// The files in a ring's table and their paths. One ring: a server under test has one shard.
static struct slot {
  unsigned number;
  int is_used;
  char path[PATH_MAX];
} slots[slot_count];

// A request that was changed: what the kernel will say of it, and what the program is told.
static struct change {
  uint64_t token;
  int32_t from, to;
  int is_used;
} changes[changed_count];

static struct __kernel_timespec pauses[changed_count];

static int note(const struct io_uring_sqe *sqe, int32_t from, int32_t to) {
  for (int i = 0; i < changed_count; i++) {
    if (changes[i].is_used) continue;
    changes[i] = (struct change){sqe->user_data, from, to, 1};
    return i;
  }
  return -1;
}

static void refuse(struct io_uring_sqe *sqe, int32_t error) {
  if (note(sqe, -EBADF, -error) >= 0) sqe->fd = no_file;
}

// Waits in the place of a flush. The write before it went past the page cache.
static void slow_down(struct io_uring_sqe *sqe, uint32_t milliseconds) {
  int place = note(sqe, -ETIME, 0);
  if (place < 0) return;
  uint64_t token = sqe->user_data;
  pauses[place].tv_sec = milliseconds / 1000;
  pauses[place].tv_nsec = (long long)(milliseconds % 1000) * 1000000;
  io_uring_prep_timeout(sqe, &pauses[place], 0, 0);
  sqe->user_data = token;
}

static void put_into_slot(unsigned number, int fd) {
  int free_place = -1;
  for (int i = 0; i < slot_count; i++) {
    if (slots[i].is_used && slots[i].number == number) {
      free_place = i;
      break;
    }
    if (!slots[i].is_used && free_place < 0) free_place = i;
  }
  if (free_place < 0) return;
  slots[free_place].is_used = fd >= 0;
  slots[free_place].number = number;
  if (fd >= 0) faulty_path(fd, slots[free_place].path, PATH_MAX);
}

static const char *path_of(const struct io_uring_sqe *sqe, char *room) {
  if ((sqe->flags & IOSQE_FIXED_FILE) == 0) {
    faulty_path(sqe->fd, room, PATH_MAX);
    return room;
  }
  for (int i = 0; i < slot_count; i++) {
    if (slots[i].is_used && slots[i].number == (unsigned)sqe->fd) return slots[i].path;
  }
  return "";
}

static uint32_t call_of(const struct io_uring_sqe *sqe, int is_linked) {
  switch (sqe->opcode) {
    case IORING_OP_READ: return rostrum_fault_read;
    case IORING_OP_WRITE:
    case IORING_OP_WRITE_FIXED:
      return (sqe->flags & IOSQE_IO_LINK) != 0 ? rostrum_fault_batch_write : rostrum_fault_write;
    case IORING_OP_FSYNC: return is_linked ? rostrum_fault_batch_flush : rostrum_fault_flush;
    default: return 0;
  }
}

// Changes a request; whether what is linked to it must not be done either.
static int change(struct io_uring_sqe *sqe, int is_linked) {
  struct rostrum_fault fault;
  char room[PATH_MAX];
  uint32_t call = call_of(sqe, is_linked);
  if (call == 0 || !faulty_meets(call, path_of(sqe, room), &fault)) return 0;
  if (fault.error != 0) {
    refuse(sqe, fault.error);
  } else if (fault.byte_count_max > 0 && sqe->len > fault.byte_count_max) {
    sqe->len = fault.byte_count_max;
    return 1;
  } else if (fault.delay_ms > 0 && call == rostrum_fault_batch_flush) {
    slow_down(sqe, fault.delay_ms);
  }
  return 0;
}

static void before_submit(struct io_uring *ring) {
  int is_linked = 0, is_cut = 0;
  for (unsigned i = ring->sq.sqe_head; i != ring->sq.sqe_tail; i++) {
    struct io_uring_sqe *sqe = &ring->sq.sqes[i & *ring->sq.kring_mask];
    int links = (sqe->flags & IOSQE_IO_LINK) != 0;
    if (is_cut) {
      // A write that falls short takes its flush with it.
      refuse(sqe, ECANCELED);
      is_cut = 0;
    } else {
      is_cut = change(sqe, is_linked) && links;
    }
    is_linked = links;
  }
}

static void after_submit(struct io_uring *ring) {
  struct io_uring_cqe *cqe;
  unsigned head;
  io_uring_for_each_cqe(ring, head, cqe) {
    for (int i = 0; i < changed_count; i++) {
      struct change *change = &changes[i];
      if (!change->is_used || change->token != cqe->user_data || change->from != cqe->res) continue;
      cqe->res = change->to;
      change->is_used = 0;
      break;
    }
  }
}

int io_uring_register_files_update(
    struct io_uring *ring, unsigned offset, const int *files, unsigned count) {
  static int (*next)(struct io_uring *, unsigned, const int *, unsigned);
  if (next == NULL) next = faulty_next("io_uring_register_files_update");
  for (unsigned i = 0; i < count; i++) put_into_slot(offset + i, files[i]);
  return next(ring, offset, files, count);
}

int io_uring_submit(struct io_uring *ring) {
  static int (*next)(struct io_uring *);
  if (next == NULL) next = faulty_next("io_uring_submit");
  before_submit(ring);
  int result = next(ring);
  after_submit(ring);
  return result;
}

int io_uring_submit_and_get_events(struct io_uring *ring) {
  static int (*next)(struct io_uring *);
  if (next == NULL) next = faulty_next("io_uring_submit_and_get_events");
  before_submit(ring);
  int result = next(ring);
  after_submit(ring);
  return result;
}

int io_uring_submit_and_wait_timeout(
    struct io_uring *ring, struct io_uring_cqe **cqe, unsigned count,
    struct __kernel_timespec *limit, sigset_t *signals) {
  static int (*next)(
      struct io_uring *, struct io_uring_cqe **, unsigned, struct __kernel_timespec *, sigset_t *);
  if (next == NULL) next = faulty_next("io_uring_submit_and_wait_timeout");
  before_submit(ring);
  int result = next(ring, cqe, count, limit, signals);
  after_submit(ring);
  return result;
}
