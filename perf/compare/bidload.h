#ifndef COMPARE_BIDLOAD_H
#define COMPARE_BIDLOAD_H

#include "generator.h"
#include "peer.h"

struct options {
  const struct peer *peer;
  const char *where;
  enum profile profile;
  double skew, seconds, warmup;
  unsigned auctions, bidders, connections, window, batch, bids;
  uint64_t seed;
  int server;  // its process, for CPU time and bytes written; 0 = not asked for
  bool has_check, has_yield, has_awake, has_json;
};

// Bids as fast as the answers come and prints the figures; the program's exit status.
int run_load(const struct options *options);
// Places the same bids in the same order on any peer and prints each answer and each auction.
int run_check(const struct options *options);

#endif
