#include "CIntrinsics.h"

uint64_t rostrum_probe_counts[ROSTRUM_PROBES_MAX];
uint8_t rostrum_planted_fault;
