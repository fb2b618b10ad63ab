// A log-bucket histogram of nanoseconds with three significant digits (2,048 sub-buckets).
#ifndef FLOOR_HISTOGRAM_H
#define FLOOR_HISTOGRAM_H

#include <stdint.h>

enum { HISTOGRAM_HALF = 1024, HISTOGRAM_BUCKETS = HISTOGRAM_HALF * 34 };

struct histogram {
  uint64_t total, max, sum;
  uint64_t counts[HISTOGRAM_BUCKETS];
};

void histogram_reset(struct histogram *h);
// Adds `count` samples of the same value, in ns. Values above 2^43 ns (2.4 h) count as that.
void histogram_record(struct histogram *h, uint64_t ns, uint64_t count);
// The highest value of the bucket that holds the q-th part of the samples, 0 when there are none.
uint64_t histogram_at(const struct histogram *h, double q);
double histogram_mean(const struct histogram *h);

#endif
