// One connection of the load: requests out, replies in, the time each request was meant to go.
#ifndef FLOOR_LINK_H
#define FLOOR_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "floor.h"
#include "frames.h"

struct link {
  int fd;
  uint32_t in_flight, window;        // staged but unanswered requests, and the most there may be
  uint64_t *times;                   // ring of the in-flight requests' times
  uint32_t times_mask;
  uint64_t sent_count, answered_count;
  struct request *out;               // room for a window of requests
  uint32_t out_bytes, out_done;      // staged, already sent
  uint32_t partial_bytes;
  uint8_t partial[sizeof(struct reply)];
};

// What a link does with the replies it receives.
struct sink {
  struct load_result *result;
  uint64_t begin, end;               // the measured time
  bool by_reply;                     // count by the reply's time, not by the request's
};

void link_open(struct link *l, unsigned port, uint32_t window);
void link_close(struct link *l);
// Whether another request may be staged now.
bool link_has_room(const struct link *l);
void link_stage(struct link *l, uint64_t time);
// Sends what is staged, as far as the socket takes it.
void link_send(struct link *l);
// Takes what has arrived; the result is how many replies, -1 when the server has closed.
int link_receive(struct link *l, struct sink *sink, uint8_t *buffer, size_t bytes);

#endif
