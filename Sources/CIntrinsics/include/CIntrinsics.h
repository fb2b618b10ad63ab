// What Swift has no spelling for, or a slow one in debug builds: CRC-32C, SHA-256, prefetch, pause,
// memory filled with zeros.
// No system call, no allocation, no library: safe to use from every module.
#ifndef ROSTRUM_CINTRINSICS_H
#define ROSTRUM_CINTRINSICS_H

#include <stddef.h>
#include <stdint.h>

// Tells the Swift compiler that a call neither locks nor allocates, so that hot paths may make it.
#define ROSTRUM_HOT __attribute__((swift_attr("@_noLocks")))

/// CRC-32C (Castagnoli, RFC 3720) of `length` bytes, continuing from `crc` (0 to start).
ROSTRUM_HOT uint32_t rostrum_crc32c(uint32_t crc, const void *data, size_t length);

/// SHA-256 (FIPS 180-4) state: eight words, bytes hashed so far, and the block being filled.
struct rostrum_sha256 {
  uint32_t state[8];
  uint64_t length_bytes;
  uint8_t block[64];
};

ROSTRUM_HOT void rostrum_sha256_begin(struct rostrum_sha256 *hash);
ROSTRUM_HOT void rostrum_sha256_update(struct rostrum_sha256 *hash, const void *data,
                                       size_t length);
ROSTRUM_HOT void rostrum_sha256_finish(struct rostrum_sha256 *hash, uint8_t digest[32]);

/// SHA-256 of fewer than 64 bytes and the bytes of another place behind them.
ROSTRUM_HOT void rostrum_sha256_pair(const void *head, size_t head_length, const void *data,
                                     size_t length, uint8_t digest[32]);

/// Two such digests at once, of messages with equal lengths: the CPU works on one while it waits
/// for a step of the other, so both take little longer than one.
ROSTRUM_HOT void rostrum_sha256_two(const void *head, const void *other_head, size_t head_length,
                                    const void *data, const void *other_data, size_t length,
                                    uint8_t digests[64]);

/// Makes later SHA-256 calls use the portable code, so that a test can compare both.
void rostrum_sha256_force_portable(int on);
/// Makes later CRC-32C calls use the portable code, so that a test can compare both.
void rostrum_crc32c_force_portable(int on);

/// Asks for the cache line at `address`; never faults.
ROSTRUM_HOT static inline void rostrum_prefetch(const void *address) {
  __builtin_prefetch(address, 1, 3);
}

/// Tells the core that this thread spins.
ROSTRUM_HOT static inline void rostrum_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

/// Fills memory with zeros; a loop over its bytes in Swift takes long in a debug build.
ROSTRUM_HOT static inline void rostrum_zero(void *address, size_t length) {
  __builtin_memset(address, 0, length);
}

/// How often each rare branch was taken by this process; see Probe.swift.
#define ROSTRUM_PROBES_MAX 512
extern uint64_t rostrum_probe_counts[ROSTRUM_PROBES_MAX];

/// Counts a rare branch: one plain increment, so two threads may lose a count between them.
ROSTRUM_HOT static inline void rostrum_probe_hit(uint16_t probe) {
  uint64_t count = __atomic_load_n(&rostrum_probe_counts[probe], __ATOMIC_RELAXED);
  __atomic_store_n(&rostrum_probe_counts[probe], count + 1, __ATOMIC_RELAXED);
}

/// How often a rare branch was taken.
ROSTRUM_HOT static inline uint64_t rostrum_probe_count(uint16_t probe) {
  return __atomic_load_n(&rostrum_probe_counts[probe], __ATOMIC_RELAXED);
}

/// The bug that is planted, in builds that can plant one; 0 = none. See FaultPoint.swift.
extern uint8_t rostrum_planted_fault;

ROSTRUM_HOT static inline uint8_t rostrum_fault(void) {
  return __atomic_load_n(&rostrum_planted_fault, __ATOMIC_RELAXED);
}
ROSTRUM_HOT static inline void rostrum_plant(uint8_t fault) {
  __atomic_store_n(&rostrum_planted_fault, fault, __ATOMIC_RELAXED);
}

#endif
