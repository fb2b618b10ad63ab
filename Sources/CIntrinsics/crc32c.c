// CRC-32C: the SSE 4.2 instruction where the CPU has it, a table otherwise.
#include "CIntrinsics.h"
#include <string.h>
#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

static int force_portable;
static uint32_t table[256];

// Runs before main, so that no thread ever sees a half-filled table.
__attribute__((constructor)) static void fill_table(void) {
  for (uint32_t byte = 0; byte < 256; byte++) {
    uint32_t crc = byte;
    for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (0x82F63B78u & (0u - (crc & 1)));
    table[byte] = crc;
  }
}

static uint32_t portable(uint32_t crc, const uint8_t *bytes, size_t length) {
  while (length--) crc = table[(crc ^ *bytes++) & 0xFF] ^ (crc >> 8);
  return crc;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2")))
static uint32_t accelerated(uint32_t crc, const uint8_t *bytes, size_t length) {
  uint64_t wide = crc;
  for (; length >= 8; length -= 8, bytes += 8) {
    uint64_t word;
    memcpy(&word, bytes, 8);
    wide = _mm_crc32_u64(wide, word);
  }
  crc = (uint32_t)wide;
  while (length--) crc = _mm_crc32_u8(crc, *bytes++);
  return crc;
}
#endif

uint32_t rostrum_crc32c(uint32_t crc, const void *data, size_t length) {
  crc = ~crc;
#if defined(__x86_64__)
  if (__builtin_cpu_supports("sse4.2") && !force_portable) {
    return ~accelerated(crc, data, length);
  }
#endif
  return ~portable(crc, data, length);
}

void rostrum_crc32c_force_portable(int on) { force_portable = on; }
