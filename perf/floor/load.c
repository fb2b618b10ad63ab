// The load: a closed loop that keeps a window in flight, or an open loop that follows a plan.
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <unistd.h>

#include "link.h"

enum { RECEIVE_BYTES = 1 << 18, SCAN_MAX = 16, READY_MAX = 512 };

struct load {
  const struct options *options;
  struct link *links;
  unsigned count;
  int epoll;                // -1 while there are few enough links to look at each of them
  struct epoll_event ready[READY_MAX];
  uint8_t *buffer;
  struct sink sink;
  struct load_result *result;
  unsigned in_flight;
  uint32_t unsent;          // links with staged requests the socket did not take
};

static void open_links(struct load *d, unsigned port) {
  const struct options *o = d->options;
  d->count = o->connections;
  d->links = map_pages(d->count * sizeof *d->links, false);
  d->buffer = map_pages(RECEIVE_BYTES, false);
  uint32_t share = o->in_flight_max / d->count;
  uint32_t window = o->rate > 0 ? (share ? share : 1) : o->window;
  d->epoll = d->count > SCAN_MAX ? epoll_create1(EPOLL_CLOEXEC) : -1;
  for (unsigned i = 0; i < d->count; i++) {
    link_open(&d->links[i], port, window);
    if (d->epoll < 0) continue;
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = i};
    check(epoll_ctl(d->epoll, EPOLL_CTL_ADD, d->links[i].fd, &event), "epoll_ctl");
  }
}

static void send_staged(struct load *d, struct link *l) {
  bool waited = l->out_done > 0;
  link_send(l);
  bool waits = l->out_bytes > 0;
  d->unsent = d->unsent + waits - waited;
}

static void note_in_flight(struct load *d, unsigned staged) {
  d->in_flight += staged;
  if (d->in_flight > d->result->in_flight_max) d->result->in_flight_max = d->in_flight;
}

static void fill(struct load *d, struct link *l, uint64_t now) {
  unsigned staged = 0;
  for (; link_has_room(l); staged++) link_stage(l, now);
  note_in_flight(d, staged);
  if (l->out_bytes > 0) send_staged(d, l);
}

// One link's replies; with `refill`, the next requests follow at once.
static int receive_one(struct load *d, struct link *l, bool refill) {
  int n = link_receive(l, &d->sink, d->buffer, RECEIVE_BYTES);
  if (n < 0) die("the server closed a connection; its own message says why");
  d->in_flight -= (unsigned)n;
  if (refill && (n > 0 || l->out_bytes > 0)) fill(d, l, now_ns());
  return n;
}

// Lets the kernel's worker for the fdatasync go first when nothing came: it may wait on this core.
static void receive_all(struct load *d, bool refill) {
  int received = 0;
  if (d->epoll < 0) {
    for (unsigned i = 0; i < d->count; i++) received += receive_one(d, &d->links[i], refill);
  } else {
    int n = epoll_wait(d->epoll, d->ready, READY_MAX, 0);
    for (int i = 0; i < n; i++)
      received += receive_one(d, &d->links[d->ready[i].data.u32], refill);
  }
  if (received == 0) sched_yield();
}

static void retry_unsent(struct load *d) {
  if (d->unsent == 0) return;
  for (unsigned i = 0; i < d->count; i++)
    if (d->links[i].out_bytes > 0) send_staged(d, &d->links[i]);
}

static void set_phase(struct shared *shared, int *phase, uint64_t now, const struct sink *k) {
  int wanted = now < k->begin ? PHASE_WARMUP : now < k->end ? PHASE_MEASURE : PHASE_DONE;
  if (wanted == *phase) return;
  *phase = wanted;
  atomic_store(&shared->phase, wanted);
}

static void run_closed(struct load *d, struct shared *shared) {
  int phase = -1;
  for (unsigned i = 0; i < d->count; i++) fill(d, &d->links[i], now_ns());
  for (uint64_t now = now_ns(); now < d->sink.end; now = now_ns()) {
    set_phase(shared, &phase, now, &d->sink);
    receive_all(d, true);
    retry_unsent(d);
  }
  set_phase(shared, &phase, d->sink.end, &d->sink);
}

// Stages what the plan says is due by now; the result is the index of the next request.
static uint64_t stage_due(struct load *d, uint64_t next, uint64_t start, uint64_t now) {
  double period = 1e9 / d->options->rate;
  unsigned staged = 0;
  for (;; next++, staged++) {
    uint64_t intended = start + (uint64_t)((double)next * period);
    if (intended > now || intended >= d->sink.end) break;
    struct link *l = &d->links[next % d->count];
    if (l->out_done > 0) break;
    if (!link_has_room(l)) break;
    link_stage(l, intended);
    if (intended < d->sink.begin) continue;
    uint64_t delay = now - intended;
    if (delay > LATE_SEND_NS) d->result->late_sends++;
    if (delay > d->result->send_delay_max_ns) d->result->send_delay_max_ns = delay;
  }
  note_in_flight(d, staged);
  uint64_t touched = staged < d->count ? staged : d->count;
  for (uint64_t i = next - touched; i < next; i++) send_staged(d, &d->links[i % d->count]);
  return next;
}

static void run_open(struct load *d, struct shared *shared, uint64_t start) {
  int phase = -1;
  uint64_t next = 0;
  for (uint64_t now = now_ns(); now < d->sink.end; now = now_ns()) {
    set_phase(shared, &phase, now, &d->sink);
    next = stage_due(d, next, start, now);
    receive_all(d, false);
    retry_unsent(d);
  }
  set_phase(shared, &phase, d->sink.end, &d->sink);
  double planned = (double)(d->sink.end - start) / 1e9 * d->options->rate;
  // What the plan had for the measured time and was never sent counts as lost.
  if (planned > (double)next + 1) d->result->lost = (uint64_t)planned - next;
}

static void drain(struct load *d) {
  uint64_t deadline = now_ns() + 2000000000u;
  while (d->in_flight > 0 && now_ns() < deadline) {
    receive_all(d, false);
    retry_unsent(d);
  }
  d->result->lost += d->in_flight;
}

void load_run(const struct options *o, struct shared *shared, unsigned port,
              struct load_result *result) {
  struct load *d = map_pages(sizeof *d, false);
  d->options = o;
  d->result = result;
  pin(o->load_core);
  shorten_slice(o->slice_us);
  open_links(d, port);
  uint64_t start = now_ns() + 1000000;
  d->sink = (struct sink){.result = result, .by_reply = o->rate == 0};
  d->sink.begin = start + (uint64_t)(o->warmup * 1e9);
  d->sink.end = d->sink.begin + (uint64_t)(o->seconds * 1e9);
  result->offered = o->rate;
  result->seconds = o->seconds;
  if (o->rate > 0) run_open(d, shared, start);
  else run_closed(d, shared);
  drain(d);
  for (unsigned i = 0; i < d->count; i++) link_close(&d->links[i]);
  if (d->epoll >= 0) close(d->epoll);
  munmap(d->buffer, RECEIVE_BYTES);
  munmap(d->links, d->count * sizeof *d->links);
  munmap(d, sizeof *d);
}
