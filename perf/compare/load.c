// A closed loop over several connections, driven by one thread.
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>

#include "awake.h"
#include "bidload.h"
#include "histogram.h"
#include "stream.h"
#include "util.h"

enum { WINDOW_MAX = 1024, BATCH_MAX = 1024, DRAIN_SECONDS = 30 };

struct sent {
  uint64_t time;
  uint32_t auction;
};

// One connection and its bids without an answer, oldest first.
struct lane {
  struct line *line;
  struct stream *stream;
  struct sent sent[WINDOW_MAX];
  unsigned first, in_flight;
};

struct totals {
  uint64_t answered, accepted, refused;
};

struct load {
  const struct options *options;
  struct generator generator;
  struct lane *lanes;
  int poll;
  bool is_bidding;
  struct totals totals;
  // Rows that the histories must have at the end, by the answers: the warm-up's too.
  uint64_t rows;
  struct histogram latency;
};

static void answered(struct load *l, struct lane *lane, const struct reply *reply, uint64_t now) {
  if (lane->in_flight == 0) die("an answer to no bid");
  struct sent sent = lane->sent[lane->first];
  lane->first = (lane->first + 1) % WINDOW_MAX;
  lane->in_flight--;
  l->totals.answered++;
  histogram_record(&l->latency, now - sent.time, 1);
  generator_learn(&l->generator, sent.auction, reply->next);
  if (reply->code != CODE_ACCEPTED) {
    if (reply->code != CODE_BID_TOO_LOW && reply->code != CODE_NOT_HIGHER &&
        reply->code != CODE_ALREADY_LEADING) {
      die("a bid was refused with code %u", reply->code);
    }
    l->totals.refused++;
    return;
  }
  l->totals.accepted++;
  // The leader's proxy answers by itself: one row for the bid, one for the move.
  if (reply->outcome != OUTCOME_RAISED) l->rows += reply->outcome == OUTCOME_OUTBID ? 2 : 1;
}

static bool receive(struct load *l, struct lane *lane) {
  if (!stream_receive(lane->stream)) return false;
  uint64_t now = now_ns();
  struct reply reply;
  while (l->options->peer->take(lane->line, &reply)) answered(l, lane, &reply, now);
  return true;
}

// PostgreSQL holds rows until the end of a transaction: bids of several clients that lock the same
// auctions in another order would wait for one another for ever. So a batch goes in their order.
static int compare_bids(const void *one, const void *other) {
  const struct bid *a = one, *b = other;
  if (a->auction != b->auction) return a->auction < b->auction ? -1 : 1;
  return a->amount < b->amount ? -1 : a->amount > b->amount;
}

static void send_batch(struct load *l, unsigned index, uint64_t now) {
  struct lane *lane = &l->lanes[index];
  struct bid bids[BATCH_MAX];
  unsigned count = l->options->batch;
  for (unsigned i = 0; i < count; i++) bids[i] = generator_next(&l->generator, index);
  if (count > 1) qsort(bids, count, sizeof *bids, compare_bids);
  for (unsigned i = 0; i < count; i++) {
    lane->sent[(lane->first + lane->in_flight) % WINDOW_MAX] =
        (struct sent){.time = now, .auction = bids[i].auction};
    lane->in_flight++;
  }
  l->options->peer->submit(lane->line, bids, count);
}

// Fills a window again, a quarter of it at least, so that one system call carries many bids.
static void refill(struct load *l, unsigned index) {
  struct lane *lane = &l->lanes[index];
  unsigned window = l->options->window, batch = l->options->batch;
  unsigned least = batch > 1 ? batch : (window + 3) / 4;
  if (window - lane->in_flight < least) return;
  uint64_t now = now_ns();
  while (window - lane->in_flight >= batch) send_batch(l, index, now);
  stream_flush(lane->stream);
}

static void turn(struct load *l) {
  struct epoll_event events[64];
  int count = epoll_wait(l->poll, events, 64, l->options->has_yield ? 0 : 100);
  for (int i = 0; i < count; i++) {
    unsigned index = events[i].data.u32;
    receive(l, &l->lanes[index]);
    if (l->is_bidding) refill(l, index);
    stream_flush(l->lanes[index].stream);
  }
  if (count <= 0 && l->options->has_yield) sched_yield();
}

static void open_lanes(struct load *l) {
  const struct options *o = l->options;
  l->lanes = need(calloc(o->connections, sizeof *l->lanes));
  l->poll = epoll_create1(EPOLL_CLOEXEC);
  if (l->poll < 0) die_errno("epoll_create1");
  for (unsigned i = 0; i < o->connections; i++) {
    struct lane *lane = &l->lanes[i];
    lane->line = o->peer->open(o->where);
    lane->stream = o->peer->stream(lane->line);
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = i};
    if (epoll_ctl(l->poll, EPOLL_CTL_ADD, lane->stream->descriptor, &event) < 0) {
      die_errno("epoll_ctl");
    }
  }
}

static void create_auctions(struct load *l) {
  const struct options *o = l->options;
  struct auction *auctions = need(calloc(o->auctions, sizeof *auctions));
  for (unsigned i = 0; i < o->auctions; i++) {
    auctions[i] = (struct auction){.start = LOAD_START_PRICE, .seller = LOAD_SELLER,
                                   .ends_in_ms = 24 * 3600 * 1000, .table = l->generator.table};
  }
  o->peer->create(l->lanes[0].line, auctions, o->auctions);
  free(auctions);
}

static void bid_until(struct load *l, uint64_t end) {
  while (now_ns() < end) turn(l);
}

static bool is_idle(const struct load *l) {
  for (unsigned i = 0; i < l->options->connections; i++) {
    if (l->lanes[i].in_flight > 0) return false;
  }
  return true;
}

static void drain(struct load *l) {
  l->is_bidding = false;
  uint64_t limit = now_ns() + DRAIN_SECONDS * 1000000000ULL;
  while (!is_idle(l)) {
    turn(l);
    if (now_ns() > limit) die("answers are missing");
  }
}

struct figures {
  double seconds, client_cpu, server_cpu, bytes;
  struct totals totals;
};

// Of this thread: those that keep the cores awake do no work.
static double own_cpu(void) {
  struct rusage usage;
  getrusage(RUSAGE_THREAD, &usage);
  return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static struct figures measure(struct load *l) {
  const struct options *o = l->options;
  struct usage before = {0}, after = {0};
  l->is_bidding = true;
  for (unsigned i = 0; i < o->connections; i++) refill(l, i);
  bid_until(l, now_ns() + (uint64_t)(o->warmup * 1e9));
  if (o->server) usage_read(&before, o->server);
  double client = own_cpu();
  l->totals = (struct totals){0};
  histogram_reset(&l->latency);
  uint64_t start = now_ns();
  bid_until(l, start + (uint64_t)(o->seconds * 1e9));
  struct figures f = {.seconds = (double)(now_ns() - start) / 1e9, .totals = l->totals};
  f.client_cpu = own_cpu() - client;
  if (o->server) usage_read(&after, o->server);
  f.server_cpu = after.cpu_seconds - before.cpu_seconds;
  f.bytes = (double)(after.bytes_written - before.bytes_written);
  return f;
}

static double at_us(const struct load *l, double q) {
  return (double)histogram_at(&l->latency, q) / 1e3;
}

static void print(const struct load *l, const struct figures *f, const char *form) {
  const struct options *o = l->options;
  static const char *const profiles[] = {"uniform", "zipf", "hot"};
  double bids = f->totals.answered > 0 ? (double)f->totals.answered : 1;
  printf(form, o->peer->name, profiles[o->profile], o->connections, o->window, o->batch,
         o->has_yield ? "yield" : "sleep", f->seconds, bids / f->seconds, f->totals.answered,
         f->totals.accepted, f->totals.refused, at_us(l, 0.5), at_us(l, 0.9), at_us(l, 0.99),
         at_us(l, 0.999), (double)l->latency.max / 1e3, f->server_cpu / bids * 1e6,
         f->bytes / bids, f->client_cpu / bids * 1e6);
}

static const char JSON_FORM[] =
    "{\"peer\":\"%s\",\"profile\":\"%s\",\"connections\":%u,\"window\":%u,\"batch\":%u,"
    "\"wait\":\"%s\",\"seconds\":%.3f,\"achieved\":%.0f,\"answered\":%lu,\"accepted\":%lu,"
    "\"refused\":%lu,\"p50_us\":%.1f,\"p90_us\":%.1f,\"p99_us\":%.1f,\"p999_us\":%.1f,"
    "\"max_us\":%.1f,\"server_cpu_seconds_per_million\":%.3f,\"bytes_written_per_bid\":%.1f,"
    "\"client_cpu_us_per_bid\":%.2f}\n";

static const char TEXT_FORM[] =
    "%s, %s, %u connections x %u in flight, %u a transaction, client waits by %s, %.1f s\n"
    "%.0f bids/s: %lu answered, %lu accepted, %lu refused\n"
    "p50 %.1f us, p90 %.1f, p99 %.1f, p99.9 %.1f, max %.1f\n"
    "server: %.3f CPU seconds a million bids, %.1f bytes written a bid; client: %.2f CPU us a bid\n";

int run_load(const struct options *o) {
  struct load *l = need(calloc(1, sizeof *l));
  l->options = o;
  generator_init(&l->generator, o->profile, o->skew, o->seed, o->auctions, o->connections,
                 o->bidders);
  open_lanes(l);
  create_auctions(l);
  if (o->has_awake) awake_start();
  struct figures figures = measure(l);
  drain(l);
  // The histogram now has the answers that came after the end as well: they are in flight.
  print(l, &figures, o->has_json ? JSON_FORM : TEXT_FORM);
  uint64_t rows = o->peer->count_rows(l->lanes[0].line, o->auctions);
  if (rows != l->rows) die("the auctions have %lu rows, the answers make it %lu", rows, l->rows);
  for (unsigned i = 0; i < o->connections; i++) o->peer->close(l->lanes[i].line);
  free(l->lanes);
  generator_free(&l->generator);
  free(l);
  return 0;
}
