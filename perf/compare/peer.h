// One kind of server and how it is spoken to. Whatever goes wrong ends the program.
#ifndef COMPARE_PEER_H
#define COMPARE_PEER_H

#include <stddef.h>

#include "bids.h"

struct stream;
struct line;

struct peer {
  const char *name;
  // Connects and gets ready to bid.
  struct line *(*open)(const char *where);
  void (*close)(struct line *line);
  // Where the line's bytes go out and come in.
  struct stream *(*stream)(struct line *line);
  // Empties the server of what an earlier load left, and creates auctions 0 ... count - 1. Waits.
  void (*create)(struct line *line, const struct auction *auctions, size_t count);
  // Writes bids into the line's stream. They are one transaction where the peer has such.
  void (*submit)(struct line *line, const struct bid *bids, unsigned count);
  // The next reply that is complete, in the order of the bids, of what the stream has received.
  bool (*take)(struct line *line, struct reply *reply);
  // What an auction has come to. Waits; no bid may be in flight.
  void (*look)(struct line *line, uint32_t auction, struct state *state);
  // How many rows the histories of all auctions have, where that can be asked; else 0. Waits.
  uint64_t (*count_rows)(struct line *line, size_t auction_count);
};

extern const struct peer peer_postgresql, peer_redis, peer_rostrum;

#endif
