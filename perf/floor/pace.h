// When the next flush should start. Clients that answer each reply with a request arrive all at
// once, shortly after a flush: starting the next flush with the first of them splits them in two
// groups that wait for one another's flushes. So when as many requests as were just released
// usually come back within a part of a flush, the flush waits for them, for a bounded time.
// Under an open loop that many take as long as the flush took, and nothing waits; neither does
// it after batches so small that there is nothing to gain.
#ifndef FLOOR_PACE_H
#define FLOOR_PACE_H

#include <stdbool.h>
#include <stdint.h>

enum { PACE_COUNT_MIN = 4 };

struct pace {
  uint64_t flush_ns, return_ns;    // running means: of a flush, of the time until as many are back
  uint64_t released_at, target;    // the position of the last request that is waited for
  bool waiting, enabled;
};

static inline void pace_mean(uint64_t *mean, uint64_t sample) {
  *mean = *mean == 0 ? sample : *mean - *mean / 32 + sample / 32;
}

// A flush has ended and `count` replies go out.
static inline void pace_released(struct pace *p, uint64_t now, uint64_t flush_ns, uint64_t count,
                                 uint64_t next_position) {
  pace_mean(&p->flush_ns, flush_ns);
  if (p->waiting) pace_mean(&p->return_ns, now - p->released_at);
  p->released_at = now;
  p->target = next_position + count;
  p->waiting = count >= PACE_COUNT_MIN;
}

static inline bool pace_may_flush(struct pace *p, uint64_t now, uint64_t next_position) {
  if (p->waiting && next_position >= p->target) {
    pace_mean(&p->return_ns, now - p->released_at);
    p->waiting = false;
  }
  if (!p->enabled || !p->waiting) return true;
  if (p->return_ns * 10 > p->flush_ns * 6) return true;
  return now - p->released_at > p->return_ns * 3 / 2;
}

#endif
