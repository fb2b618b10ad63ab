// CRC-32C: the SSE 4.2 instruction where the CPU has it, a table otherwise.
#include "CIntrinsics.h"
#include <string.h>
#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

// The bytes of each of the three runs that long pieces are cut into: three make a block of the log,
// but for 64 bytes.
#define RUN_BYTES 1344

static int force_portable;
static uint32_t table[256];
// What RUN_BYTES zeros behind a byte of a checksum make of it, by the byte's place.
static uint32_t shift[4][256];

// Runs before main, so that no thread ever sees a half-filled table.
__attribute__((constructor)) static void fill_table(void) {
  for (uint32_t byte = 0; byte < 256; byte++) {
    uint32_t crc = byte;
    for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (0x82F63B78u & (0u - (crc & 1)));
    table[byte] = crc;
  }
  for (int place = 0; place < 4; place++) {
    for (uint32_t byte = 0; byte < 256; byte++) {
      uint32_t crc = byte << (8 * place);
      for (int i = 0; i < RUN_BYTES; i++) crc = table[crc & 0xFF] ^ (crc >> 8);
      shift[place][byte] = crc;
    }
  }
}

static uint32_t portable(uint32_t crc, const uint8_t *bytes, size_t length) {
  while (length--) crc = table[(crc ^ *bytes++) & 0xFF] ^ (crc >> 8);
  return crc;
}

#if defined(__x86_64__)
static inline uint32_t shifted(uint32_t crc) {
  return shift[0][crc & 0xFF] ^ shift[1][crc >> 8 & 0xFF] ^ shift[2][crc >> 16 & 0xFF]
       ^ shift[3][crc >> 24];
}

// The instruction takes three cycles, but one can begin each cycle: three runs side by side take
// the time of one. Checksums are linear, so that those of the runs can be put together.
__attribute__((target("sse4.2")))
static uint32_t three_runs(uint32_t crc, const uint8_t *bytes) {
  uint64_t one = crc, two = 0, three = 0;
  for (int i = 0; i < RUN_BYTES; i += 8) {
    uint64_t words[3];
    for (int run = 0; run < 3; run++) memcpy(&words[run], bytes + run * RUN_BYTES + i, 8);
    one = _mm_crc32_u64(one, words[0]);
    two = _mm_crc32_u64(two, words[1]);
    three = _mm_crc32_u64(three, words[2]);
  }
  return shifted(shifted((uint32_t)one) ^ (uint32_t)two) ^ (uint32_t)three;
}

__attribute__((target("sse4.2")))
static uint32_t accelerated(uint32_t crc, const uint8_t *bytes, size_t length) {
  for (; length >= 3 * RUN_BYTES; length -= 3 * RUN_BYTES, bytes += 3 * RUN_BYTES) {
    crc = three_runs(crc, bytes);
  }
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
