#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

int log_file_open(const char *folder, uint64_t bytes) {
  char path[4096];
  int length = snprintf(path, sizeof path, "%s/rostrum-floor.%d.log", folder, (int)getpid());
  if (length < 0 || (size_t)length >= sizeof path) die("the path of the folder is too long");
  int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_DIRECT | O_CLOEXEC, 0600);
  if (fd < 0) die("cannot create a file for O_DIRECT in %s: %s", folder, strerror(errno));
  // Unlinked at once, so that nothing is left whatever ends the process.
  check(unlink(path), "unlink");
  const size_t chunk = 1 << 20;
  void *zeros = map_pages(chunk, false);
  for (uint64_t at = 0; at < bytes; at += chunk)
    if (pwrite(fd, zeros, chunk, (off_t)at) != (ssize_t)chunk)
      die("cannot write the file beforehand: %s", strerror(errno));
  check(fsync(fd), "fsync");
  munmap(zeros, chunk);
  return fd;
}

static void open_batch(struct batch *b, uint8_t *bytes, unsigned sessions) {
  b->bytes = bytes;
  b->waiters = map_pages(sessions * sizeof *b->waiters, false);
  b->count = b->waiter_count = 0;
}

void log_open(struct log *l, const struct options *o, struct ring *r, int file_slot,
              unsigned sessions) {
  memset(l, 0, sizeof *l);
  l->file_bytes = (uint64_t)o->file_mib << 20;
  l->fd = log_file_open(o->data, l->file_bytes);
  l->file_slot = file_slot;
  l->dsync = o->dsync;
  l->next_position = l->next_number = 1;
  uint8_t *memory = map_huge(2 * BATCH_BYTES);
  for (unsigned i = 0; i < 2; i++)
    open_batch(&l->batches[i], memory + (size_t)i * BATCH_BYTES, sessions);
  l->batches[0].number = l->next_number++;
  check_code(io_uring_register_files_update(&r->uring, (unsigned)file_slot, &l->fd, 1),
             "register the log file");
  struct iovec whole = {.iov_base = memory, .iov_len = 2 * BATCH_BYTES};
  // Without enough lockable memory the writes go unregistered: slower by a microsecond or two.
  l->fixed_buffers = io_uring_register_buffers(&r->uring, &whole, 1) == 0;
  if (o->threads == 2) {
    l->flusher = map_pages(sizeof *l->flusher, false);
    flusher_start(l->flusher, l, o);
  }
}

void log_close(struct log *l) {
  if (l->flusher) flusher_stop(l->flusher);
  close(l->fd);
}

// Fills in the header and the zeros up to the next block; the result is the length to write.
static size_t seal(struct log *l, struct batch *b, uint64_t time) {
  size_t used = sizeof(struct batch_header) + b->count * sizeof(struct record);
  size_t length = (used + BLOCK_BYTES - 1) & ~(size_t)(BLOCK_BYTES - 1);
  memset(b->bytes + used, 0, length - used);
  *(struct batch_header *)b->bytes = (struct batch_header){
    .magic = BATCH_MAGIC, .number = b->number, .first_position = l->next_position - b->count,
    .time = time, .count = b->count,
    .payload_bytes = (uint32_t)(b->count * sizeof(struct record)),
  };
  if (l->offset + length > l->file_bytes) l->offset = 0;
  return length;
}

static void queue_write(struct log *l, struct ring *r, const struct batch *b, size_t length,
                        uint64_t user_data) {
  // A link must not be cut by a submission between its two entries.
  if (io_uring_sq_space_left(&r->uring) < 2) check_code(io_uring_submit(&r->uring), "submit");
  struct io_uring_sqe *sqe = ring_sqe(r, user_data);
  if (l->fixed_buffers)
    io_uring_prep_write_fixed(sqe, l->file_slot, b->bytes, (unsigned)length, l->offset, 0);
  else
    io_uring_prep_write(sqe, l->file_slot, b->bytes, (unsigned)length, l->offset);
  sqe->flags |= IOSQE_FIXED_FILE;
  if (l->dsync) {
    sqe->rw_flags = RWF_DSYNC;
    return;
  }
  // A short write breaks the link, so the flush's own result speaks for both.
  sqe->flags |= IOSQE_IO_LINK | IOSQE_CQE_SKIP_SUCCESS;
  sqe = ring_sqe(r, user_data);
  io_uring_prep_fsync(sqe, l->file_slot, IORING_FSYNC_DATASYNC);
  sqe->flags |= IOSQE_FIXED_FILE;
}

void log_submit(struct log *l, struct ring *r, uint64_t user_data, struct shared *shared) {
  struct batch *b = log_gathering(l);
  l->submitted_ns = now_ns();
  size_t length = seal(l, b, l->submitted_ns);
  if (l->flusher)
    flusher_request(l->flusher, b->bytes, length, l->offset);
  else
    queue_write(l, r, b, length, user_data);
  l->offset += length;
  l->in_flight = true;
  l->gathering ^= 1;
  struct batch *next = log_gathering(l);
  next->count = next->waiter_count = 0;
  next->number = l->next_number++;
  shared->batches++;
  shared->records += b->count;
  shared->bytes_written += length;
}

uint64_t log_complete(struct log *l, int result, struct shared *shared) {
  if (result < 0) die("write or flush failed: %s", strerror(-result));
  uint64_t took = now_ns() - l->submitted_ns;
  histogram_record(&shared->flush, took, 1);
  l->in_flight = false;
  return took;
}
