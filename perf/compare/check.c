// A fixed sequence of bids over one connection, and every answer as text: two peers that follow
// the same rule print the same, byte for byte.
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "bidload.h"
#include "stream.h"
#include "util.h"

// Of each tier of each table, an auction that starts at its limit and one that starts just below.
static const struct { uint8_t table; int64_t limit; } EDGES[] = {
    {1, 100}, {1, 500}, {1, 2500}, {1, 10000}, {1, 50000}, {1, 100000}, {1, 500000}, {1, 2500000},
    {2, 100}, {2, 500}, {2, 2500}, {2, 10000}, {2, 25000}, {2, 50000}, {2, 100000}, {2, 250000},
    {2, 500000}, {3, 100}, {3, 500}, {3, 1500}, {3, 6000}, {3, 15000}, {3, 30000}, {3, 60000},
    {3, 150000}, {3, 300000}};
enum { EDGE_AUCTIONS = 2 * sizeof EDGES / sizeof *EDGES, AUCTIONS = EDGE_AUCTIONS + 200 };
enum { IN_FLIGHT = 32, ACCOUNTS = 6, SELLER = 900000000, FIRST_ACCOUNT = 1000 };
enum { ENDS_SOON_MS = 1000, LATE_MS = 3600 * 1000 };

struct script {
  uint64_t random;
  struct auction auctions[AUCTIONS];
  // The highest amount so far, the one that ties, tops and near misses are made of.
  int64_t tops[AUCTIONS];
  unsigned codes[CODE_COUNT], outcomes[OUTCOME_COUNT], ties;
};

// From 1 to 10^7, every power of ten alike, so that all tiers of all tables are met.
static int64_t draw_start(uint64_t *random) {
  int64_t start = 1;
  for (uint64_t tens = random_below(random, 8); tens > 0; tens--) start *= 10;
  return start * (int64_t)(1 + random_below(random, 9));
}

static void make_auction(struct script *s, unsigned index) {
  static const uint8_t tables[] = {TABLE_STANDARD, TABLE_EBAY_US, TABLE_EBAY_UK, TABLE_ONE_CENT};
  struct auction *a = &s->auctions[index];
  if (index < EDGE_AUCTIONS) {
    *a = (struct auction){.start = EDGES[index / 2].limit - index % 2, .seller = SELLER,
                          .ends_in_ms = LATE_MS, .table = EDGES[index / 2].table};
    s->tops[index] = a->start;
    return;
  }
  *a = (struct auction){.start = draw_start(&s->random), .seller = SELLER + index % 3,
                        .ends_in_ms = LATE_MS, .table = tables[index % 4]};
  if (random_below(&s->random, 2) == 0) {
    a->reserve = a->start + (int64_t)random_below(&s->random, (uint64_t)a->start * 2 + 100);
    a->shows_maximum = random_below(&s->random, 2) == 0;
  }
  if (index % 50 == 47) a->is_cancelled = 1;
  if (index % 50 == 48) a->opens_in_ms = LATE_MS / 2;
  if (index % 50 == 49) a->ends_in_ms = ENDS_SOON_MS;
  s->tops[index] = a->start;
}

static int64_t draw_amount(struct script *s, const struct auction *a, int64_t top) {
  uint64_t spread = (uint64_t)top / 8 + 200;
  int64_t near = (int64_t)random_below(&s->random, spread);
  switch (random_below(&s->random, 16)) {
    case 0: return a->start - 1;
    case 1: return a->start + near;
    case 2: case 3: return top;
    case 4: return top - 1;
    case 5: return top + 1;
    case 6: case 7: case 8: return top - near / 2;
    // The loser's maximum chooses the tier: an edge of one again.
    case 11: return EDGES[random_below(&s->random, EDGE_AUCTIONS / 2)].limit;
    case 9: return a->reserve > 0 ? a->reserve : top + near / 8;
    case 10: return a->reserve > 1 ? a->reserve - 1 : top + near / 4;
    default: return top + near;
  }
}

static struct bid next_bid(struct script *s, unsigned number) {
  // First, each of the auctions at an edge gets its opening price, which shows the tier of it.
  if (number < EDGE_AUCTIONS) {
    return (struct bid){.auction = number, .bidder = FIRST_ACCOUNT, .currency = US_DOLLAR,
                        .amount = s->tops[number] + 1};
  }
  uint32_t index = (uint32_t)random_below(&s->random, AUCTIONS);
  const struct auction *a = &s->auctions[index];
  struct bid bid = {.auction = index, .currency = US_DOLLAR};
  bid.bidder = FIRST_ACCOUNT + random_below(&s->random, ACCOUNTS);
  bid.amount = draw_amount(s, a, s->tops[index]);
  bid.is_exact = random_below(&s->random, 5) == 0;
  switch (random_below(&s->random, 200)) {
    case 0: bid.bidder = a->seller; break;
    case 1: bid.currency = EURO; break;
    case 2: bid.amount = 0; break;
    case 3: bid.amount = MONEY_GREATEST + 1; break;
    case 4: bid.auction = 1 << 20; break;
    default:
      if (bid.amount == s->tops[index]) s->ties++;
      if (bid.amount > s->tops[index]) s->tops[index] = bid.amount;
  }
  return bid;
}

// Which facts a refusal comes with is a matter of the reason: the price, where it is the reason.
static void show(struct script *s, unsigned number, const struct bid *b, const struct reply *r) {
  printf("%u: %lu bids %ld%s on %u: ", number, b->bidder, b->amount, b->is_exact ? " exactly" : "",
         b->auction);
  if (r->code >= CODE_COUNT || r->outcome >= OUTCOME_COUNT) die("reply %u makes no sense", number);
  s->codes[r->code]++;
  switch (r->code) {
    case CODE_ACCEPTED:
      s->outcomes[r->outcome]++;
      printf("outcome %u, price %ld, next %ld, leader %lu, %u rows\n", r->outcome, r->price,
             r->next, r->leader, r->rows);
      break;
    case CODE_BID_TOO_LOW: case CODE_NOT_HIGHER: case CODE_ALREADY_LEADING:
      printf("refused %u, price %ld, next %ld\n", r->code, r->price, r->next);
      break;
    default: printf("refused %u\n", r->code);
  }
}

// A check that met only part of the rule proves only that part.
static int summarise(const struct script *s) {
  static const int codes[] = {CODE_ACCEPTED, CODE_UNKNOWN_AUCTION, CODE_NOT_OPEN_YET, CODE_ENDED,
                              CODE_CANCELLED, CODE_BID_TOO_LOW, CODE_NOT_HIGHER, CODE_SELLER,
                              CODE_CURRENCY, CODE_AMOUNT, CODE_ALREADY_LEADING};
  int status = 0;
  for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
    printf("code %d: %u times\n", codes[i], s->codes[codes[i]]);
    if (s->codes[codes[i]] == 0) status = 2;
  }
  for (int i = 0; i < OUTCOME_COUNT; i++) {
    printf("outcome %d: %u times\n", i, s->outcomes[i]);
    if (s->outcomes[i] == 0) status = 2;
  }
  printf("%u bids equal to the highest before\n", s->ties);
  if (status != 0) fputs("bidload: too few bids: not every case was met\n", stderr);
  return s->ties == 0 ? 2 : status;
}

static void place(const struct options *o, struct script *s, struct line *line, unsigned first,
                  unsigned count) {
  struct bid bids[IN_FLIGHT];
  for (unsigned i = 0; i < count; i++) {
    bids[i] = next_bid(s, first + i);
    o->peer->submit(line, &bids[i], 1);
  }
  for (unsigned i = 0; i < count; i++) {
    struct reply reply;
    while (!o->peer->take(line, &reply)) stream_wait(o->peer->stream(line));
    show(s, first + i, &bids[i], &reply);
  }
}

int run_check(const struct options *o) {
  struct script *s = need(calloc(1, sizeof *s));
  s->random = o->seed;
  for (unsigned i = 0; i < AUCTIONS; i++) make_auction(s, i);
  struct line *line = o->peer->open(o->where);
  o->peer->create(line, s->auctions, AUCTIONS);
  usleep((ENDS_SOON_MS + 500) * 1000);
  for (unsigned i = 0; i < o->bids; i += IN_FLIGHT) {
    place(o, s, line, i, o->bids - i < IN_FLIGHT ? o->bids - i : IN_FLIGHT);
  }
  for (unsigned i = 0; i < AUCTIONS; i++) {
    struct state state = {0};
    o->peer->look(line, i, &state);
    printf("auction %u: price %ld, leader %lu, %u rows\n", i, state.price, state.leader,
           state.rows);
  }
  o->peer->close(line);
  int status = summarise(s);
  free(s);
  return status;
}
