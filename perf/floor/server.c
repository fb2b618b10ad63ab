// The server's loop: completions, the next flush, what may be sent, and then poll or sleep.
#include "server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int listen_on(struct shared *shared, unsigned port) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  check(fd, "socket");
  int one = 1, bytes = 4 << 20;
  check(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one), "SO_REUSEADDR");
  // Accepted sockets inherit both.
  check(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one), "TCP_NODELAY");
  check(setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes), "SO_SNDBUF");
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0)
    die("cannot listen on 127.0.0.1:%u: %s", port, strerror(errno));
  check(listen(fd, 4096), "listen");
  socklen_t length = sizeof address;
  check(getsockname(fd, (struct sockaddr *)&address, &length), "getsockname");
  atomic_store(&shared->port, ntohs(address.sin_port));
  return fd;
}

static void accept_more(struct server *s) {
  struct io_uring_sqe *sqe = ring_sqe(&s->ring, tag(OP_ACCEPT, 0));
  io_uring_prep_multishot_accept_direct(sqe, s->listener, NULL, NULL, 0);
  s->accepting = true;
}

static void wake_more(struct server *s) {
  io_uring_prep_poll_multishot(ring_sqe(&s->ring, tag(OP_WAKE, 0)), s->log.flusher->wake_fd,
                               POLLIN);
}

static void accepted(struct server *s, int result, unsigned flags) {
  if (!(flags & IORING_CQE_F_MORE)) s->accepting = false;
  if (result >= 0) session_start(s, (uint32_t)result);
  // With every slot taken the next accept waits for a connection to close.
  if (!s->accepting && result != -ENFILE) accept_more(s);
}

static void flushed(struct server *s, int result) {
  uint64_t took = log_complete(&s->log, result, s->shared);
  struct batch *b = log_flying(&s->log);
  pace_released(&s->pace, s->time, took, b->count, s->log.next_position);
  session_release(s, b);
}

static void woken(struct server *s, unsigned flags) {
  uint64_t value;
  if (read(s->log.flusher->wake_fd, &value, sizeof value) < 0 && errno != EAGAIN)
    die("eventfd: %s", strerror(errno));
  if (!(flags & IORING_CQE_F_MORE)) wake_more(s);
}

static void complete(struct server *s, const struct io_uring_cqe *cqe) {
  uint32_t index = (uint32_t)cqe->user_data;
  switch ((enum operation)(cqe->user_data >> 56)) {
    case OP_ACCEPT: accepted(s, cqe->res, cqe->flags); break;
    case OP_RECEIVE: session_receive_done(s, index, cqe->res, cqe->flags); break;
    case OP_SEND: session_send_done(s, index, cqe->res); break;
    case OP_FLUSH: flushed(s, cqe->res); break;
    case OP_WAKE: woken(s, cqe->flags); break;
    case OP_SHUTDOWN: break;
    case OP_CLOSE:
      session_closed(s, index);
      if (!s->accepting) accept_more(s);
      break;
  }
}

static unsigned reap(struct server *s) {
  unsigned head, count = 0;
  struct io_uring_cqe *cqe;
  io_uring_for_each_cqe(&s->ring.uring, head, cqe) {
    complete(s, cqe);
    count++;
  }
  io_uring_cq_advance(&s->ring.uring, count);
  return count;
}

// The next batch goes to the disk before the replies of the last one go to the sockets.
static void flush_gathered(struct server *s) {
  bool may = pace_may_flush(&s->pace, s->time, s->log.next_position);
  if (s->log.in_flight || log_gathering(&s->log)->count == 0) {
    s->holding = false;
    return;
  }
  if (!may && s->parked_count == 0 && !s->holding) s->shared->holds++;
  s->holding = !may && s->parked_count == 0;
  if (s->holding) return;
  log_submit(&s->log, &s->ring, tag(OP_FLUSH, 0), s->shared);
  session_unpark(s);
}

static void rearm(struct server *s) {
  ring_publish_buffers(&s->ring);
  if (s->parked_count == RECEIVE_BUFFERS) return;
  for (uint32_t i = 0; i < s->rearm_count; i++) session_receive(s, s->rearm[i]);
  s->rearm_count = 0;
}

// Without what the idle-class thread burns, which nobody else wanted.
static double cpu_seconds(const struct server *s) {
  return cpu_seconds_self() - (s->awake ? awake_cpu_seconds(s->awake) : 0);
}

static void follow_phase(struct server *s, int *phase, double *cpu_start) {
  int now = atomic_load_explicit(&s->shared->phase, memory_order_relaxed);
  if (now == *phase) return;
  *phase = now;
  struct shared *h = s->shared;
  if (now == PHASE_MEASURE) {
    h->batches = h->records = h->bytes_written = h->sends = h->turns = h->holds = 0;
    histogram_reset(&h->flush);
    *cpu_start = cpu_seconds(s);
  } else if (now == PHASE_DONE) {
    h->cpu_seconds = cpu_seconds(s) - *cpu_start;
  }
}

static void sleep_for_events(struct server *s) {
  struct __kernel_timespec tick = {.tv_nsec = 100000000};
  struct io_uring_cqe *cqe;
  struct flusher *f = s->log.flusher;
  if (f) atomic_store(&f->caller_sleeps, 1);
  if (!f || !s->log.in_flight || !flusher_done(f)) {
    int code = io_uring_submit_and_wait_timeout(&s->ring.uring, &cqe, 1, &tick, NULL);
    if (code < 0 && code != -ETIME && code != -EINTR) check_code(code, "wait");
  }
  if (f) atomic_store(&f->caller_sleeps, 0);
}

static unsigned turn(struct server *s) {
  int code = io_uring_submit_and_get_events(&s->ring.uring);
  if (code < 0 && code != -EINTR && code != -EBUSY) check_code(code, "submit");
  s->time = now_ns();
  s->shared->turns++;
  unsigned events = 0;
  struct flusher *f = s->log.flusher;
  if (f && s->log.in_flight && flusher_done(f)) {
    events++;
    flushed(s, 0);
  }
  events += reap(s);
  flush_gathered(s);
  session_send_released(s);
  rearm(s);
  return events;
}

static void serve_until_stopped(struct server *s) {
  enum waiting waiting = s->options->waiting;
  uint64_t poll_ns = waiting == WAIT_AWAKE ? 0 : s->options->poll_us * 1000ULL;
  uint64_t last = now_ns();
  uint64_t deadline = last;
  if (s->options->command == COMMAND_SERVE)
    deadline += (uint64_t)(s->options->seconds * 1e9);
  else
    deadline += (uint64_t)((s->options->seconds + s->options->warmup + 60) * 1e9);
  int phase = PHASE_WARMUP;
  double cpu_start = 0;
  while (!atomic_load_explicit(&s->shared->stop, memory_order_relaxed) && s->time < deadline) {
    follow_phase(s, &phase, &cpu_start);
    if (turn(s) > 0 || s->holding) last = s->time;
    else if (s->time - last > poll_ns) sleep_for_events(s);
    else if (waiting == WAIT_YIELD) sched_yield();
  }
  if (phase == PHASE_MEASURE) s->shared->cpu_seconds = cpu_seconds(s) - cpu_start;
}

void server_run(const struct options *o, struct shared *shared) {
  struct server *s = map_pages(sizeof *s, false);
  s->options = o;
  s->shared = shared;
  s->pace.enabled = o->hold;
  pin(o->server_core);
  shorten_slice(o->slice_us);
  uint32_t count = o->command == COMMAND_SERVE ? 64 : o->connections;
  ring_open(&s->ring, count + 1, o->flush_core);
  check_code(io_uring_register_file_alloc_range(&s->ring.uring, 0, count), "file range");
  sessions_open(s, count);
  log_open(&s->log, o, &s->ring, (int)count, count);
  s->listener = listen_on(shared, o->port);
  if (o->command == COMMAND_SERVE) report_ready(o, shared);
  if (o->waiting == WAIT_AWAKE && o->server_core >= 0) {
    s->awake = map_pages(sizeof *s->awake, false);
    awake_start(s->awake, o->server_core);
  }
  accept_more(s);
  if (s->log.flusher) wake_more(s);
  serve_until_stopped(s);
  if (s->awake) awake_stop(s->awake);
  close(s->listener);
  log_close(&s->log);
  ring_close(&s->ring);
}
