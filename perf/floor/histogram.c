#include "histogram.h"

#include <string.h>

void histogram_reset(struct histogram *h) { memset(h, 0, sizeof *h); }

// Values below 2,048 have a bucket each; above, every power of two is cut in 1,024 pieces.
static unsigned bucket_of(uint64_t ns) {
  if (ns < 2 * HISTOGRAM_HALF) return (unsigned)ns;
  unsigned shift = 53 - (unsigned)__builtin_clzll(ns);
  return shift * HISTOGRAM_HALF + (unsigned)(ns >> shift);
}

static uint64_t highest_of(unsigned bucket) {
  if (bucket < 2 * HISTOGRAM_HALF) return bucket;
  unsigned shift = bucket / HISTOGRAM_HALF - 1;
  uint64_t base = bucket - (uint64_t)shift * HISTOGRAM_HALF;
  return ((base + 1) << shift) - 1;
}

void histogram_record(struct histogram *h, uint64_t ns, uint64_t count) {
  const uint64_t limit = (1ULL << 43) - 1;
  uint64_t clamped = ns < limit ? ns : limit;
  h->counts[bucket_of(clamped)] += count;
  h->total += count;
  h->sum += clamped * count;
  if (clamped > h->max) h->max = clamped;
}

uint64_t histogram_at(const struct histogram *h, double q) {
  if (h->total == 0) return 0;
  uint64_t wanted = (uint64_t)(q * (double)h->total + 0.5);
  if (wanted == 0) wanted = 1;
  uint64_t seen = 0;
  for (unsigned b = 0; b < HISTOGRAM_BUCKETS; b++) {
    seen += h->counts[b];
    if (seen >= wanted) {
      uint64_t value = highest_of(b);
      return value < h->max ? value : h->max;
    }
  }
  return h->max;
}

double histogram_mean(const struct histogram *h) {
  return h->total ? (double)h->sum / (double)h->total : 0;
}
