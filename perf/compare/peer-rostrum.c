// Rostrum's wire protocol (docs/protocol.md), as far as bidding needs it.
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "peer.h"
#include "stream.h"
#include "util.h"

enum { HEADER = 24, SCHEMA = 7400, VERSION = 1 };
enum {
  LOGON = 1, LOGON_ACK = 2, LOGON_REJECT = 3, NOT_APPLIED = 10, SESSION_REJECT = 11,
  PLACE_BID = 100, CREATE_AUCTION = 110, CANCEL_AUCTION = 112, QUERY_AUCTION = 122,
  BID_ACK = 200, REJECT = 201, AUCTION_ACK = 210, AUCTION_STATE = 300
};
enum { CREATE_BYTES = 184, TIER_BYTES = 16, GROUP_BYTES = 8 };

struct line {
  struct stream stream;
  uint64_t sequence;
};

// The names that the server gave, in the order of the auctions; all lines share them.
static uint64_t *names;
static size_t name_count;

static uint32_t crc_table[256];

static void make_crc_table(void) {
  for (uint32_t i = 0; i < 256; i++) {
    uint32_t value = i;
    for (int bit = 0; bit < 8; bit++) value = value >> 1 ^ (value & 1 ? 0x82F63B78U : 0);
    crc_table[i] = value;
  }
}

static uint32_t crc32c(const uint8_t *bytes, size_t count) {
  uint32_t value = UINT32_MAX;
  while (count-- > 0) value = crc_table[(value ^ *bytes++) & 255] ^ value >> 8;
  return ~value;
}

static uint16_t get16(const uint8_t *at) {
  uint16_t value;
  memcpy(&value, at, 2);
  return le16toh(value);
}

static uint32_t get32(const uint8_t *at) {
  uint32_t value;
  memcpy(&value, at, 4);
  return le32toh(value);
}

static uint64_t get64(const uint8_t *at) {
  uint64_t value;
  memcpy(&value, at, 8);
  return le64toh(value);
}

static void set16(uint8_t *at, uint16_t value) {
  value = htole16(value);
  memcpy(at, &value, 2);
}

static void set32(uint8_t *at, uint32_t value) {
  value = htole32(value);
  memcpy(at, &value, 4);
}

static void set64(uint8_t *at, uint64_t value) {
  value = htole64(value);
  memcpy(at, &value, 8);
}

// A zeroed frame at the end of what goes out; returns its body.
static uint8_t *begin(struct line *line, uint16_t template, uint16_t block, size_t length,
                      uint64_t sequence) {
  uint8_t *frame = stream_room(&line->stream, length);
  memset(frame, 0, length);
  set32(frame, (uint32_t)length);
  set64(frame + 8, sequence);
  set16(frame + 16, block);
  set16(frame + 18, template);
  set16(frame + 20, SCHEMA);
  set16(frame + 22, VERSION);
  return frame + HEADER;
}

static void end(struct line *line, uint8_t *body) {
  uint8_t *frame = body - HEADER;
  size_t length = get32(frame);
  set32(frame + 4, crc32c(frame + 8, length - 8));
  stream_wrote(&line->stream, length);
}

// The next whole frame; NULL when it has not come yet.
static const uint8_t *peek(struct line *line) {
  size_t count = stream_count(&line->stream);
  const uint8_t *frame = stream_bytes(&line->stream);
  if (count < HEADER || count < get32(frame)) return NULL;
  return frame;
}

static void check_refusal(const uint8_t *frame) {
  switch (get16(frame + 18)) {
    case LOGON_REJECT: die("Rostrum refuses the log-on with code %u", get16(frame + HEADER + 24));
    case SESSION_REJECT: die("Rostrum refuses a frame with code %u", get16(frame + HEADER + 10));
    case NOT_APPLIED: die("Rostrum has not applied a request");
    default: break;
  }
}

// Waits for one of two messages and copies its body.
static uint16_t wait_for(struct line *line, uint16_t template, uint16_t other, uint8_t *body,
                         size_t room) {
  for (;;) {
    const uint8_t *frame = peek(line);
    if (!frame) {
      stream_wait(&line->stream);
      continue;
    }
    check_refusal(frame);
    uint16_t found = get16(frame + 18);
    size_t length = get32(frame), body_length = length - HEADER;
    if (found == template || found == other) {
      memcpy(body, frame + HEADER, body_length < room ? body_length : room);
    }
    stream_took(&line->stream, length);
    if (found == template || found == other) return found;
  }
}

static struct line *open_line(const char *where) {
  static uint64_t opened;
  make_crc_table();
  struct line *line = need(calloc(1, sizeof *line));
  stream_init(&line->stream, stream_connect(where));
  uint8_t *body = begin(line, LOGON, 104, HEADER + 104, 0);
  set64(body, wall_ns());
  set64(body + 8, ++opened);
  set64(body + 16, 900000000);
  set64(body + 64, wall_ns());
  set64(body + 80, 1);
  set32(body + 88, 10000);
  set16(body + 92, VERSION);
  set16(body + 94, VERSION);
  set32(body + 96, 1);  // insecureBroker: bids for any account
  end(line, body);
  uint8_t ack[88];
  wait_for(line, LOGON_ACK, LOGON_ACK, ack, sizeof ack);
  line->sequence = get64(ack + 48);
  return line;
}

static void close_line(struct line *line) {
  stream_free(&line->stream);
  free(line);
}

static struct stream *stream_of(struct line *line) { return &line->stream; }

static void create_one(struct line *line, const struct auction *a) {
  size_t tiers = a->table == TABLE_ONE_CENT ? 1 : 0;
  size_t length = HEADER + CREATE_BYTES + GROUP_BYTES + tiers * TIER_BYTES + GROUP_BYTES;
  uint8_t *body = begin(line, CREATE_AUCTION, CREATE_BYTES, length, line->sequence);
  const uint64_t absent = 1ULL << 63;
  uint64_t now = wall_ns();
  set64(body, line->sequence++);
  set64(body + 8, a->seller);
  set64(body + 16, (uint64_t)a->start);
  set64(body + 24, a->reserve > 0 ? (uint64_t)a->reserve : absent);
  set64(body + 32, absent);
  set64(body + 40, a->opens_in_ms > 0 ? now + (uint64_t)a->opens_in_ms * 1000000 : 0);
  set64(body + 48, now + (uint64_t)a->ends_in_ms * 1000000);
  set16(body + 90, US_DOLLAR);
  body[92] = a->table;
  body[93] = a->shows_maximum;
  uint8_t *group = body + CREATE_BYTES;
  set32(group, TIER_BYTES);
  set32(group + 4, (uint32_t)tiers);
  if (tiers > 0) {
    set64(group + GROUP_BYTES, absent);
    set64(group + GROUP_BYTES + 8, 1);
  }
  set32(group + GROUP_BYTES + tiers * TIER_BYTES, 64);
  end(line, body);
}

static uint64_t wait_auction_ack(struct line *line) {
  uint8_t body[64] = {0};
  if (wait_for(line, AUCTION_ACK, REJECT, body, sizeof body) == REJECT) {
    die("Rostrum refuses an auction with code %u", get16(body + 58));
  }
  return get64(body + 8);
}

static void cancel(struct line *line, const struct auction *a, uint64_t name) {
  uint8_t *body = begin(line, CANCEL_AUCTION, 32, HEADER + 32, line->sequence);
  set64(body, line->sequence++);
  set64(body + 8, name);
  set64(body + 16, a->seller);
  end(line, body);
  wait_auction_ack(line);
}

// A server has each auction for ever: it has to be a fresh one.
static void create(struct line *line, const struct auction *auctions, size_t count) {
  enum { AT_ONCE = 64 };
  names = need(realloc(names, count * sizeof *names));
  name_count = count;
  for (size_t i = 0; i < count; i += AT_ONCE) {
    size_t last = i + AT_ONCE < count ? i + AT_ONCE : count;
    for (size_t k = i; k < last; k++) create_one(line, &auctions[k]);
    for (size_t k = i; k < last; k++) names[k] = wait_auction_ack(line);
  }
  for (size_t i = 0; i < count; i++) {
    if (auctions[i].is_cancelled) cancel(line, &auctions[i], names[i]);
  }
}

static void submit(struct line *line, const struct bid *bids, unsigned count) {
  for (unsigned i = 0; i < count; i++) {
    const struct bid *bid = &bids[i];
    uint8_t *body = begin(line, PLACE_BID, 64, HEADER + 64, line->sequence);
    // A slot that is far beyond those in use, for an auction that was never created.
    uint64_t name = bid->auction < name_count ? names[bid->auction] : names[0] | 0x00FFFFFF;
    set64(body, line->sequence++);
    set64(body + 8, name);
    set64(body + 16, bid->bidder);
    set64(body + 24, (uint64_t)bid->amount);
    body[56] = bid->is_exact;
    set16(body + 58, bid->currency);
    end(line, body);
  }
}

static int64_t money(const uint8_t *at) {
  int64_t value = (int64_t)get64(at);
  return value == INT64_MIN ? 0 : value;
}

static bool take(struct line *line, struct reply *reply) {
  for (const uint8_t *frame = peek(line); frame; frame = peek(line)) {
    const uint8_t *body = frame + HEADER;
    uint16_t template = get16(frame + 18);
    check_refusal(frame);
    *reply = (struct reply){0};
    if (template == BID_ACK) {
      reply->price = money(body + 40);
      reply->next = money(body + 48);
      reply->leader = get64(body + 56);
      reply->outcome = body[96];
      reply->rows = get32(body + 100);
    } else if (template == REJECT) {
      reply->price = money(body + 16);
      reply->next = money(body + 24);
      reply->code = get16(body + 58);
    }
    stream_took(&line->stream, get32(frame));
    if (template == BID_ACK || template == REJECT) return true;
  }
  return false;
}

static void look(struct line *line, uint32_t auction, struct state *state) {
  uint8_t *body = begin(line, QUERY_AUCTION, 16, HEADER + 16, 0);
  set64(body, 1);
  set64(body + 8, names[auction]);
  end(line, body);
  uint8_t answer[96];
  if (wait_for(line, AUCTION_STATE, REJECT, answer, sizeof answer) == REJECT) {
    die("Rostrum: auction %u is missing", auction);
  }
  state->price = money(answer + 24);
  state->leader = get64(answer + 40);
  state->rows = get32(answer + 92);
}

static uint64_t count_rows(struct line *line, size_t auction_count) {
  uint64_t count = 0;
  for (size_t i = 0; i < auction_count; i++) {
    struct state state;
    look(line, (uint32_t)i, &state);
    count += state.rows;
  }
  return count;
}

const struct peer peer_rostrum = {
    "rostrum", open_line, close_line, stream_of, create, submit, take, look, count_rows};
