// The flush thread of `--threads 2`: plain pwrite and fdatasync, one batch at a time.
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "log.h"

static void futex(_Atomic uint32_t *word, int operation, uint32_t value) {
  // An early return is harmless: both callers look at the state again.
  syscall(SYS_futex, word, operation, value, NULL, NULL, 0);
}

static void wait_for_request(struct flusher *f, uint32_t done) {
  uint64_t start = now_ns();
  while (atomic_load(&f->requested) == done) {
    if (now_ns() - start < f->poll_ns) {
      __builtin_ia32_pause();
      continue;
    }
    atomic_store(&f->thread_sleeps, 1);
    // Both sides write their word before they read the other's, so no wake is lost.
    if (atomic_load(&f->requested) == done)
      futex(&f->requested, FUTEX_WAIT_PRIVATE, done);
    atomic_store(&f->thread_sleeps, 0);
  }
}

static void flush_once(struct flusher *f) {
  struct iovec part = {.iov_base = (void *)f->bytes, .iov_len = f->length};
  ssize_t n = pwritev2(f->fd, &part, 1, (off_t)f->offset, f->dsync ? RWF_DSYNC : 0);
  if (n != (ssize_t)f->length) die("write failed: %s", n < 0 ? strerror(errno) : "short");
  if (!f->dsync) check(fdatasync(f->fd), "fdatasync");
}

static void *flusher_loop(void *argument) {
  struct flusher *f = argument;
  pin(f->core);
  for (uint32_t done = 0;; done++) {
    wait_for_request(f, done);
    if (atomic_load(&f->stop)) return NULL;
    flush_once(f);
    atomic_store(&f->done, done + 1);
    uint64_t one = 1;
    if (atomic_load(&f->caller_sleeps) && write(f->wake_fd, &one, sizeof one) < 0)
      die("eventfd: %s", strerror(errno));
  }
}

void flusher_start(struct flusher *f, const struct log *l, const struct options *o) {
  memset(f, 0, sizeof *f);
  f->fd = l->fd;
  f->dsync = o->dsync;
  // Polling on a core that is not the thread's own would only take it from the others.
  bool own = o->flush_core >= 0 && o->flush_core != o->load_core && o->flush_core != o->server_core;
  f->poll_ns = own ? o->poll_us * 1000ULL : 0;
  f->core = o->flush_core;
  f->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  check(f->wake_fd, "eventfd");
  int code = pthread_create(&f->thread, NULL, flusher_loop, f);
  if (code) die("cannot start the flush thread: %s", strerror(code));
}

void flusher_request(struct flusher *f, const void *bytes, size_t length, uint64_t offset) {
  f->bytes = bytes;
  f->length = length;
  f->offset = offset;
  atomic_fetch_add(&f->requested, 1);
  if (atomic_load(&f->thread_sleeps)) futex(&f->requested, FUTEX_WAKE_PRIVATE, INT_MAX);
}

void flusher_stop(struct flusher *f) {
  while (!flusher_done(f)) __builtin_ia32_pause();
  atomic_store(&f->stop, 1);
  atomic_fetch_add(&f->requested, 1);
  futex(&f->requested, FUTEX_WAKE_PRIVATE, INT_MAX);
  pthread_join(f->thread, NULL);
  close(f->wake_fd);
}
