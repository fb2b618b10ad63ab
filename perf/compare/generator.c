#include "generator.h"

#include <math.h>
#include <stdlib.h>

#include "util.h"

// splitmix64 (Steele, Lea and Flood 2014).
uint64_t random_next(uint64_t *state) {
  uint64_t mixed = *state += 0x9E3779B97F4A7C15ULL;
  mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9ULL;
  mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBULL;
  return mixed ^ (mixed >> 31);
}

uint64_t random_below(uint64_t *state, uint64_t bound) {
  return (uint64_t)(((unsigned __int128)random_next(state) * bound) >> 64);
}

// The load has auctions of two tables alone.
int64_t increment_at(uint8_t table, int64_t price) {
  if (table == TABLE_ONE_CENT) return 1;
  if (price < 10000) {
    if (price < 500) return price < 100 ? 25 : 50;
    return price < 2500 ? 100 : 250;
  }
  if (price < 500000) {
    if (price < 100000) return price < 50000 ? 500 : 1000;
    return 2500;
  }
  return price < 2500000 ? 5000 : 10000;
}

static void build_alias(struct generator *g, double skew) {
  unsigned count = g->auction_count;
  g->thresholds = need(malloc(count * sizeof *g->thresholds));
  g->aliases = need(calloc(count, sizeof *g->aliases));
  double *weights = need(malloc(count * sizeof *weights));
  unsigned *small = need(malloc(count * sizeof *small));
  unsigned *large = need(malloc(count * sizeof *large));
  unsigned small_count = 0, large_count = 0;
  double sum = 0;
  for (unsigned i = 0; i < count; i++) sum += weights[i] = 1 / pow(i + 1.0, skew);
  for (unsigned i = 0; i < count; i++) {
    weights[i] *= count / sum;
    g->thresholds[i] = UINT32_MAX;
    if (weights[i] < 1) small[small_count++] = i;
    else large[large_count++] = i;
  }
  while (small_count > 0 && large_count > 0) {
    unsigned low = small[--small_count], high = large[large_count - 1];
    g->thresholds[low] = (uint32_t)(weights[low] * 4294967295.0);
    g->aliases[low] = high;
    weights[high] -= 1 - weights[low];
    if (weights[high] < 1) {
      large_count--;
      small[small_count++] = high;
    }
  }
  free(weights);
  free(small);
  free(large);
}

void generator_init(struct generator *g, enum profile profile, double skew, uint64_t seed,
                    unsigned auctions, unsigned lanes, unsigned bidders) {
  *g = (struct generator){.random = seed, .profile = profile, .auction_count = auctions,
                          .lane_count = lanes, .bidder_count = bidders};
  g->table = profile == PROFILE_HOT || auctions < 8 ? TABLE_ONE_CENT : TABLE_STANDARD;
  g->next_amounts = need(malloc(auctions * sizeof *g->next_amounts));
  for (unsigned i = 0; i < auctions; i++) g->next_amounts[i] = LOAD_START_PRICE;
  if (profile == PROFILE_ZIPF) build_alias(g, skew);
}

void generator_free(struct generator *g) {
  free(g->next_amounts);
  free(g->thresholds);
  free(g->aliases);
}

static uint32_t draw_alias(struct generator *g) {
  uint32_t index = (uint32_t)random_below(&g->random, g->auction_count);
  return (uint32_t)random_next(&g->random) <= g->thresholds[index] ? index : g->aliases[index];
}

// Most bids of a lane go to auctions where it is nearly alone: bids of two lanes that cross on the
// way make the smaller one too low, and then a load would measure refusals.
static uint32_t choose_auction(struct generator *g, unsigned lane) {
  if (g->profile == PROFILE_HOT) return 0;
  if (g->profile == PROFILE_ZIPF) return draw_alias(g);
  if (g->auction_count >= 2 * g->lane_count && random_below(&g->random, 16) > 0) {
    uint64_t count = (g->auction_count - lane + g->lane_count - 1) / g->lane_count;
    return (uint32_t)random_below(&g->random, count) * g->lane_count + lane;
  }
  return (uint32_t)random_below(&g->random, g->auction_count);
}

static int64_t at_most(int64_t amount) { return amount < MONEY_GREATEST ? amount : MONEY_GREATEST; }

struct bid generator_next(struct generator *g, unsigned lane) {
  uint32_t index = choose_auction(g, lane);
  int64_t base = g->next_amounts[index];
  int64_t step = increment_at(g->table, base);
  uint64_t draw = random_next(&g->random);
  uint64_t style = draw & 63;
  struct bid bid = {.auction = index, .currency = US_DOLLAR, .amount = base};
  bid.bidder = LOAD_FIRST_BIDDER + (((draw >> 32) * g->bidder_count) >> 32);
  if (style == 0 && base > 2 * LOAD_START_PRICE) {
    bid.amount = base / 2;
    return bid;
  }
  g->next_amounts[index] = at_most(base + step);
  if (style <= 2) bid.amount = at_most(base + 3 * step);
  bid.is_exact = style == 3;
  return bid;
}

void generator_learn(struct generator *g, uint32_t auction, int64_t next) {
  if (next > g->next_amounts[auction] && next <= MONEY_GREATEST) g->next_amounts[auction] = next;
}
