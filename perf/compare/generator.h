// Chooses auctions, bidders and amounts exactly as `rostrum load` does (Sources/rostrum/Load),
// so that every peer gets the same kind of work from the same seed.
#ifndef COMPARE_GENERATOR_H
#define COMPARE_GENERATOR_H

#include "bids.h"

#define LOAD_SELLER 900000000ULL
#define LOAD_FIRST_BIDDER 1000000000ULL
#define LOAD_START_PRICE 100LL

enum profile { PROFILE_UNIFORM, PROFILE_ZIPF, PROFILE_HOT };

struct generator {
  uint64_t random;
  enum profile profile;
  uint8_t table;
  unsigned auction_count, lane_count, bidder_count;
  // The amount that takes the lead, as far as the answers so far tell, one an auction.
  int64_t *next_amounts;
  // Walker's alias method, for the Zipf profile.
  uint32_t *thresholds, *aliases;
};

uint64_t random_next(uint64_t *state);
// A number below the bound.
uint64_t random_below(uint64_t *state, uint64_t bound);
int64_t increment_at(uint8_t table, int64_t price);

void generator_init(struct generator *g, enum profile profile, double skew, uint64_t seed,
                    unsigned auctions, unsigned lanes, unsigned bidders);
void generator_free(struct generator *g);
struct bid generator_next(struct generator *g, unsigned lane);
// An answer told the least next bid: later bids start there.
void generator_learn(struct generator *g, uint32_t auction, int64_t next);

#endif
