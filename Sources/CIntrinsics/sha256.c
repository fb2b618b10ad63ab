// SHA-256 (FIPS 180-4): the CPU's SHA instructions where it has them, portable code otherwise.
// Why not the library that hashes elsewhere: it makes two objects a digest, and this one runs on
// the shard's thread once a batch. Its results are compared with that library's in the tests.
#include "CIntrinsics.h"
#include <string.h>
#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#endif

static int has_instructions;
static int force_portable;

static const uint32_t K[64] = {
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

__attribute__((constructor)) static void detect(void) {
#if defined(__x86_64__)
  unsigned a, b, c, d;
  if (__get_cpuid_count(7, 0, &a, &b, &c, &d)) has_instructions = (b >> 29) & 1;
#endif
}

static inline uint32_t rotate(uint32_t x, int n) { return (x >> n) | (x << (32 - n)); }

static void expand(uint32_t w[64], const uint8_t *block) {
  for (int i = 0; i < 16; i++) {
    w[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16
         | (uint32_t)block[4 * i + 2] << 8 | block[4 * i + 3];
  }
  for (int i = 16; i < 64; i++) {
    uint32_t s0 = rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^ (w[i - 15] >> 3);
    uint32_t s1 = rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^ (w[i - 2] >> 10);
    w[i] = w[i - 16] + s0 + w[i - 7] + s1;
  }
}

static void portable(uint32_t state[8], const uint8_t *data, size_t blocks) {
  uint32_t w[64];
  for (; blocks; blocks--, data += 64) {
    expand(w, data);
    uint32_t v[8];
    memcpy(v, state, sizeof v);
    for (int i = 0; i < 64; i++) {
      uint32_t s1 = rotate(v[4], 6) ^ rotate(v[4], 11) ^ rotate(v[4], 25);
      uint32_t t1 = v[7] + s1 + ((v[4] & v[5]) ^ (~v[4] & v[6])) + K[i] + w[i];
      uint32_t s0 = rotate(v[0], 2) ^ rotate(v[0], 13) ^ rotate(v[0], 22);
      uint32_t t2 = s0 + ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));
      memmove(v + 1, v, 7 * sizeof v[0]);
      v[4] += t1;
      v[0] = t1 + t2;
    }
    for (int i = 0; i < 8; i++) state[i] += v[i];
  }
}

#if defined(__x86_64__)
#define SHA __attribute__((target("sha,sse4.1,ssse3")))

// One message's state and the sixteen words that its rounds take next. The instruction set's own
// order of the state words is ABEF and CDGH.
struct lane {
  __m128i abef, cdgh, m[4];
};

SHA static inline void lane_begin(struct lane *lane, const uint32_t state[8]) {
  __m128i low = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)&state[0]), 0xB1);
  __m128i high = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)&state[4]), 0x1B);
  lane->abef = _mm_alignr_epi8(low, high, 8);
  lane->cdgh = _mm_blend_epi16(high, low, 0xF0);
}

SHA static inline void lane_load(struct lane *lane, const uint8_t *block) {
  const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0bULL, 0x0405060700010203ULL);
  for (int i = 0; i < 4; i++) {
    lane->m[i] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(block + 16 * i)), swap);
  }
}

// Four rounds, and the words that the rounds sixteen later take.
SHA static inline void lane_rounds(struct lane *lane, int round) {
  __m128i current = lane->m[round & 3];
  __m128i sum = _mm_add_epi32(current, _mm_loadu_si128((const __m128i *)&K[4 * round]));
  lane->cdgh = _mm_sha256rnds2_epu32(lane->cdgh, lane->abef, sum);
  lane->abef = _mm_sha256rnds2_epu32(lane->abef, lane->cdgh, _mm_shuffle_epi32(sum, 0x0E));
  if (round >= 12) return;
  __m128i next = lane->m[(round + 1) & 3], later = lane->m[(round + 2) & 3];
  __m128i last = lane->m[(round + 3) & 3];
  __m128i mixed = _mm_add_epi32(
      _mm_sha256msg1_epu32(current, next), _mm_alignr_epi8(last, later, 4));
  lane->m[round & 3] = _mm_sha256msg2_epu32(mixed, last);
}

SHA static inline void lane_end(const struct lane *lane, uint32_t state[8]) {
  __m128i low = _mm_shuffle_epi32(lane->abef, 0x1B);
  __m128i high = _mm_shuffle_epi32(lane->cdgh, 0xB1);
  _mm_storeu_si128((__m128i *)&state[0], _mm_blend_epi16(low, high, 0xF0));
  _mm_storeu_si128((__m128i *)&state[4], _mm_alignr_epi8(high, low, 8));
}

SHA static void accelerated(uint32_t state[8], const uint8_t *data, size_t blocks) {
  struct lane lane;
  lane_begin(&lane, state);
  for (; blocks; blocks--, data += 64) {
    const __m128i abef = lane.abef, cdgh = lane.cdgh;
    lane_load(&lane, data);
#pragma clang loop unroll(full)
    for (int round = 0; round < 16; round++) lane_rounds(&lane, round);
    lane.abef = _mm_add_epi32(lane.abef, abef);
    lane.cdgh = _mm_add_epi32(lane.cdgh, cdgh);
  }
  lane_end(&lane, state);
}

// A round waits four cycles for the one before it, and the unit takes one every two: so two
// messages side by side take the time of one.
SHA static void accelerated_two(uint32_t one_state[8], const uint8_t *one_data,
                                uint32_t two_state[8], const uint8_t *two_data, size_t blocks) {
  struct lane one, two;
  lane_begin(&one, one_state);
  lane_begin(&two, two_state);
  for (; blocks; blocks--, one_data += 64, two_data += 64) {
    const __m128i one_abef = one.abef, one_cdgh = one.cdgh;
    const __m128i two_abef = two.abef, two_cdgh = two.cdgh;
    lane_load(&one, one_data);
    lane_load(&two, two_data);
#pragma clang loop unroll(full)
    for (int round = 0; round < 16; round++) {
      lane_rounds(&one, round);
      lane_rounds(&two, round);
    }
    one.abef = _mm_add_epi32(one.abef, one_abef);
    one.cdgh = _mm_add_epi32(one.cdgh, one_cdgh);
    two.abef = _mm_add_epi32(two.abef, two_abef);
    two.cdgh = _mm_add_epi32(two.cdgh, two_cdgh);
  }
  lane_end(&one, one_state);
  lane_end(&two, two_state);
}
#endif

static void compress(uint32_t state[8], const uint8_t *data, size_t blocks) {
#if defined(__x86_64__)
  if (has_instructions && !force_portable) {
    accelerated(state, data, blocks);
    return;
  }
#endif
  portable(state, data, blocks);
}

static void compress_two(uint32_t one_state[8], const uint8_t *one, uint32_t two_state[8],
                         const uint8_t *two, size_t blocks) {
#if defined(__x86_64__)
  if (has_instructions && !force_portable) {
    accelerated_two(one_state, one, two_state, two, blocks);
    return;
  }
#endif
  portable(one_state, one, blocks);
  portable(two_state, two, blocks);
}

static const uint32_t initial[8] = {
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
};

void rostrum_sha256_begin(struct rostrum_sha256 *hash) {
  memcpy(hash->state, initial, sizeof initial);
  hash->length_bytes = 0;
}

void rostrum_sha256_update(struct rostrum_sha256 *hash, const void *data, size_t length) {
  const uint8_t *bytes = data;
  size_t filled = hash->length_bytes % 64;
  hash->length_bytes += length;
  if (filled) {
    size_t take = length < 64 - filled ? length : 64 - filled;
    memcpy(hash->block + filled, bytes, take);
    bytes += take;
    length -= take;
    if (filled + take < 64) return;
    compress(hash->state, hash->block, 1);
  }
  compress(hash->state, bytes, length / 64);
  memcpy(hash->block, bytes + (length & ~(size_t)63), length % 64);
}

static void put_digest(const uint32_t state[8], uint8_t digest[32]) {
  for (int i = 0; i < 8; i++) {
    uint32_t word = __builtin_bswap32(state[i]);
    memcpy(digest + 4 * i, &word, sizeof word);
  }
}

// Ends a message whose last `filled` bytes begin a block; how many blocks that makes, one or two.
static size_t put_padding(uint8_t *block, size_t filled, uint64_t bits) {
  size_t size = filled < 56 ? 64 : 128;
  block[filled] = 0x80;
  memset(block + filled + 1, 0, size - 9 - filled);
  bits = __builtin_bswap64(bits);
  memcpy(block + size - 8, &bits, sizeof bits);
  return size / 64;
}

void rostrum_sha256_finish(struct rostrum_sha256 *hash, uint8_t digest[32]) {
  uint64_t bits = hash->length_bytes * 8;
  static const uint8_t padding[64] = {0x80};
  size_t filled = hash->length_bytes % 64;
  rostrum_sha256_update(hash, padding, filled < 56 ? 56 - filled : 120 - filled);
  uint8_t tail[8];
  for (int i = 0; i < 8; i++) tail[i] = (uint8_t)(bits >> (56 - 8 * i));
  rostrum_sha256_update(hash, tail, 8);
  put_digest(hash->state, digest);
}

// Most of what is hashed here is one to three blocks long: then the bookkeeping of a state that
// takes pieces costs as much as a block.
void rostrum_sha256_pair(const void *head, size_t head_length, const void *data, size_t length,
                         uint8_t digest[32]) {
  uint32_t state[8];
  uint8_t block[128];
  const uint8_t *bytes = data;
  uint64_t bits = (uint64_t)(head_length + length) * 8;
  size_t filled = head_length;
  memcpy(state, initial, sizeof state);
  memcpy(block, head, head_length);
  if (length >= 64 - filled) {
    size_t take = 64 - filled;
    memcpy(block + filled, bytes, take);
    compress(state, block, 1);
    bytes += take;
    length -= take;
    if (length >= 64) compress(state, bytes, length / 64);
    bytes += length & ~(size_t)63;
    length %= 64;
    filled = 0;
  }
  memcpy(block + filled, bytes, length);
  compress(state, block, put_padding(block, filled + length, bits));
  put_digest(state, digest);
}

// What is put together here whole before it is hashed.
#define WHOLE_BYTES_MAX 640

// Puts a message together for `rostrum_sha256_two`; how many blocks it has.
static size_t put_message(uint8_t *message, const void *head, size_t head_length, const void *data,
                          size_t length) {
  size_t total = head_length + length;
  memcpy(message, head, head_length);
  memcpy(message + head_length, data, length);
  return total / 64 + put_padding(message + total / 64 * 64, total % 64, (uint64_t)total * 8);
}

void rostrum_sha256_two(const void *head, const void *other_head, size_t head_length,
                        const void *data, const void *other_data, size_t length,
                        uint8_t digests[64]) {
  if (head_length + length + 9 > WHOLE_BYTES_MAX) {
    rostrum_sha256_pair(head, head_length, data, length, digests);
    rostrum_sha256_pair(other_head, head_length, other_data, length, digests + 32);
    return;
  }
  uint32_t state[8], other_state[8];
  uint8_t message[WHOLE_BYTES_MAX], other_message[WHOLE_BYTES_MAX];
  memcpy(state, initial, sizeof state);
  memcpy(other_state, initial, sizeof other_state);
  size_t blocks = put_message(message, head, head_length, data, length);
  put_message(other_message, other_head, head_length, other_data, length);
  compress_two(state, message, other_state, other_message, blocks);
  put_digest(state, digests);
  put_digest(other_state, digests + 32);
}

void rostrum_sha256_force_portable(int on) { force_portable = on; }
