// `floor measure`: the two units of the machine. R is one round trip of the frames over loopback
// with both ends polling; F is one 4 KiB O_DIRECT write and fdatasync on the pre-written file.
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "floor.h"
#include "frames.h"
#include "log.h"
#include "ring.h"

static void read_polling(int fd, void *to, size_t bytes, uint64_t deadline) {
  for (size_t done = 0; done < bytes;) {
    ssize_t n = recv(fd, (uint8_t *)to + done, bytes - done, MSG_DONTWAIT);
    if (n > 0) done += (size_t)n;
    else if (n == 0) _exit(0);
    else if (errno != EAGAIN && errno != EINTR) die("recv: %s", strerror(errno));
    else if (now_ns() > deadline) die("no answer over loopback");
  }
}

static _Noreturn void echo(int listener, int core, uint64_t deadline) {
  pin(core);
  int fd = accept(listener, NULL, NULL), one = 1;
  check(fd, "accept");
  check(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one), "TCP_NODELAY");
  struct request request;
  struct reply reply;
  memset(&reply, 0, sizeof reply);
  for (;;) {
    read_polling(fd, &request, sizeof request, deadline);
    reply.header.sequence = request.header.sequence;
    if (send(fd, &reply, sizeof reply, MSG_NOSIGNAL) != sizeof reply) _exit(0);
  }
}

static int listen_loopback(struct sockaddr_in *address) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  check(fd, "socket");
  *address = (struct sockaddr_in){.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof *address;
  check(bind(fd, (struct sockaddr *)address, length), "bind");
  check(listen(fd, 1), "listen");
  check(getsockname(fd, (struct sockaddr *)address, &length), "getsockname");
  return fd;
}

static void round_trips(const struct options *o, const struct sockaddr_in *address,
                        struct histogram *h) {
  pin(o->load_core);
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
  check(connect(fd, (const struct sockaddr *)address, sizeof *address), "connect");
  check(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one), "TCP_NODELAY");
  struct request request;
  struct reply reply;
  memset(&request, 0, sizeof request);
  uint64_t start = now_ns(), measured = start + 200000000u;
  uint64_t end = measured + (uint64_t)(o->seconds * 1e9);
  for (uint64_t before = start; before < end; before = now_ns()) {
    request.header.sequence++;
    if (send(fd, &request, sizeof request, MSG_NOSIGNAL) != sizeof request) die("send failed");
    read_polling(fd, &reply, sizeof reply, end + 5000000000u);
    if (before >= measured) histogram_record(h, now_ns() - before, 1);
  }
  close(fd);
}

static void measure_round_trip(const struct options *o, struct histogram *h) {
  struct sockaddr_in address;
  int listener = listen_loopback(&address);
  uint64_t deadline = now_ns() + (uint64_t)(o->seconds * 1e9) + 10000000000u;
  pid_t parent = getpid(), child = fork();
  check((int)child, "fork");
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(1);
    echo(listener, o->server_core, deadline);
  }
  round_trips(o, &address, h);
  close(listener);
  waitpid(child, NULL, 0);
}

static void flush_blocking(int fd, const void *block, size_t bytes, uint64_t at) {
  if (pwrite(fd, block, bytes, (off_t)at) != (ssize_t)bytes) die("pwrite failed");
  check(fdatasync(fd), "fdatasync");
}

// As the server does it: two linked entries, and polling for the second's completion.
static void flush_polling(struct ring *r, int fd, const void *block, size_t bytes,
                          uint64_t at) {
  struct io_uring_sqe *sqe = ring_sqe(r, 1);
  io_uring_prep_write(sqe, fd, block, (unsigned)bytes, at);
  sqe->flags |= IOSQE_IO_LINK | IOSQE_CQE_SKIP_SUCCESS;
  io_uring_prep_fsync(ring_sqe(r, 2), fd, IORING_FSYNC_DATASYNC);
  struct io_uring_cqe *cqe = NULL;
  while (io_uring_peek_cqe(&r->uring, &cqe) != 0) {
    check_code(io_uring_submit_and_get_events(&r->uring), "submit");
    sched_yield();
  }
  check_code(cqe->res, "flush");
  io_uring_cqe_seen(&r->uring, cqe);
}

// With a ring the waits poll, without one they sleep in the system calls.
static void measure_flush(const struct options *o, int fd, struct ring *r, struct histogram *h) {
  size_t bytes = (size_t)o->flush_kib << 10;
  uint8_t *block = map_huge(bytes);
  uint64_t size = (uint64_t)o->file_mib << 20, at = 0, number = 0;
  uint64_t measured = now_ns() + 100000000u, end = measured + (uint64_t)(o->seconds * 1e9);
  for (uint64_t before = now_ns(); before < end; before = now_ns()) {
    memcpy(block, &number, sizeof number);
    number++;
    if (r) flush_polling(r, fd, block, bytes, at);
    else flush_blocking(fd, block, bytes, at);
    at = at + 2 * bytes <= size ? at + bytes : 0;
    if (before >= measured) histogram_record(h, now_ns() - before, 1);
  }
}

struct spinner {
  pthread_t thread;
  int core;
  _Atomic int stop;
};

static void *spin(void *argument) {
  struct spinner *s = argument;
  shorten_slice(2800);
  pin(s->core);
  while (!atomic_load_explicit(&s->stop, memory_order_relaxed)) __builtin_ia32_pause();
  return NULL;
}

struct figures {
  struct histogram round_trip, idle, busy, polled_idle, polled_busy;
};

static void measure_flushes(const struct options *o, struct figures *f) {
  struct ring *ring = map_pages(sizeof *ring, false);
  pin(o->server_core);
  shorten_slice(o->slice_us);
  ring_open(ring, 1, o->flush_core);
  int fd = log_file_open(o->data, (uint64_t)o->file_mib << 20);
  measure_flush(o, fd, NULL, &f->idle);
  measure_flush(o, fd, ring, &f->polled_idle);
  struct spinner spinner = {.core = o->load_core};
  int code = pthread_create(&spinner.thread, NULL, spin, &spinner);
  if (code) die("cannot start a thread: %s", strerror(code));
  measure_flush(o, fd, NULL, &f->busy);
  measure_flush(o, fd, ring, &f->polled_busy);
  atomic_store(&spinner.stop, 1);
  pthread_join(spinner.thread, NULL);
  close(fd);
  ring_close(ring);
}

// The first word of a file under the block device's queue folder, or "unknown".
static void device_word(const char *folder, const char *name, char *to, int size) {
  struct stat status;
  char path[256];
  snprintf(to, (size_t)size, "unknown");
  if (stat(folder, &status) < 0) return;
  for (unsigned try = 0; try < 2; try++) {
    snprintf(path, sizeof path, "/sys/dev/block/%u:%u/%squeue/%s", major(status.st_dev),
             minor(status.st_dev), try ? "../" : "", name);
    FILE *file = fopen(path, "r");
    if (!file) continue;
    if (fgets(to, size, file)) to[strcspn(to, "\n")] = 0;
    fclose(file);
    return;
  }
}

static void print_figures(const struct options *o, const struct figures *f) {
  struct utsname name;
  char cache[32], fua[32];
  uname(&name);
  device_word(o->data, "write_cache", cache, sizeof cache);
  device_word(o->data, "fua", fua, sizeof fua);
  const struct { const char *key, *text; const struct histogram *h; } rows[] = {
    {"r_", "R  round trip, both ends polling         ", &f->round_trip},
    {"f_idle_", "F  other core idle, sleeping             ", &f->idle},
    {"f_polled_idle_", "F  other core idle, polling              ", &f->polled_idle},
    {"f_busy_", "F  other core busy, sleeping             ", &f->busy},
    {"f_polled_busy_", "F  other core busy, polling              ", &f->polled_busy},
  };
  if (o->json)
    printf("{\"tool\":\"floor\",\"command\":\"measure\",\"kernel\":\"%s\",\"write_cache\":\"%s\","
           "\"fua\":\"%s\",\"cores\":%ld,\"request_bytes\":%zu,\"reply_bytes\":%zu,"
           "\"flush_bytes\":%u,\"seconds\":%.3f", name.release, cache, fua,
           sysconf(_SC_NPROCESSORS_ONLN), sizeof(struct request), sizeof(struct reply),
           o->flush_kib << 10, o->seconds);
  else
    printf("kernel %s, device write cache: %s, fua: %s\n", name.release, cache, fua);
  for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
    if (!o->json) printf("%s", rows[i].text);
    report_quantiles(rows[i].key, rows[i].h, o->json);
    if (o->json) printf(",\"%scount\":%llu", rows[i].key, (unsigned long long)rows[i].h->total);
  }
  if (o->json) printf("}\n");
}

void measure(const struct options *o) {
  alarm((unsigned)(5 * o->seconds) + 120);
  struct figures *f = map_pages(sizeof *f, false);
  measure_round_trip(o, &f->round_trip);
  measure_flushes(o, f);
  print_figures(o, f);
}
