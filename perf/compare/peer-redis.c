// Redis: RESP over a socket, one FCALL a bid.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "peer.h"
#include "stream.h"
#include "util.h"

struct line {
  struct stream stream;
};

static struct line *open_line(const char *where) {
  struct line *line = need(calloc(1, sizeof *line));
  stream_init(&line->stream, stream_connect(where));
  return line;
}

static void close_line(struct line *line) {
  stream_free(&line->stream);
  free(line);
}

static struct stream *stream_of(struct line *line) { return &line->stream; }

// The end of a line that starts at `from`, past its CR LF; NULL when it has not come yet.
static const uint8_t *line_end(const uint8_t *from, const uint8_t *end) {
  const uint8_t *found = memchr(from, '\n', (size_t)(end - from));
  return found ? found + 1 : NULL;
}

static int64_t number(const uint8_t *from) { return strtoll((const char *)from + 1, NULL, 10); }

static void check_error(const uint8_t *from, const uint8_t *end) {
  if (*from == '-') die("Redis: %.*s", (int)(end - from - 2), (const char *)from);
}

// The reply's one line of a command that is done for its effect.
static int64_t wait_line(struct line *line) {
  for (;;) {
    const uint8_t *from = stream_bytes(&line->stream);
    const uint8_t *end = from + stream_count(&line->stream);
    const uint8_t *next = from < end ? line_end(from, end) : NULL;
    if (next) {
      check_error(from, next);
      int64_t value = number(from);
      stream_took(&line->stream, (size_t)(next - from));
      return value;
    }
    stream_wait(&line->stream);
  }
}

static char *put_text(char *to, const char *text, int length) {
  return to + sprintf(to, "$%d\r\n%s\r\n", length, text);
}

static char *put_number(char *to, int64_t value) {
  char text[24];
  return put_text(to, text, sprintf(text, "%ld", value));
}

static char *put_key(char *to, char kind, uint32_t auction) {
  char text[24];
  return put_text(to, text, sprintf(text, "%c:{%u}", kind, auction));
}

static void create_one(struct line *line, uint32_t index, const struct auction *a) {
  char *room = (char *)stream_room(&line->stream, 512);
  char *end = room + sprintf(room, "*13\r\n$5\r\nFCALL\r\n$14\r\ncreate_auction\r\n$1\r\n1\r\n");
  end = put_key(end, 'a', index);
  int64_t fields[9] = {(int64_t)a->seller, a->start, a->reserve, a->opens_in_ms, a->ends_in_ms,
                       a->table, US_DOLLAR, a->shows_maximum, a->is_cancelled};
  for (int i = 0; i < 9; i++) end = put_number(end, fields[i]);
  stream_wrote(&line->stream, (size_t)(end - room));
}

static void create(struct line *line, const struct auction *auctions, size_t count) {
  stream_put(&line->stream, "FLUSHALL\r\n", 10);
  wait_line(line);
  for (size_t i = 0; i < count; i++) create_one(line, (uint32_t)i, &auctions[i]);
  for (size_t i = 0; i < count; i++) wait_line(line);
}

static void submit(struct line *line, const struct bid *bids, unsigned count) {
  for (unsigned i = 0; i < count; i++) {
    const struct bid *bid = &bids[i];
    char *room = (char *)stream_room(&line->stream, 512);
    char *end = room + sprintf(room, "*9\r\n$5\r\nFCALL\r\n$9\r\nplace_bid\r\n$1\r\n2\r\n");
    end = put_key(end, 'a', bid->auction);
    end = put_key(end, 'b', bid->auction);
    end = put_number(end, (int64_t)bid->bidder);
    end = put_number(end, bid->amount);
    end = put_number(end, bid->is_exact);
    end = put_number(end, bid->currency);
    stream_wrote(&line->stream, (size_t)(end - room));
  }
}

// An array of six numbers: code, outcome, price, next, leader, rows.
static bool take(struct line *line, struct reply *reply) {
  const uint8_t *start = stream_bytes(&line->stream);
  const uint8_t *end = start + stream_count(&line->stream), *at = start;
  int64_t fields[7];
  for (int i = 0; i < 7; i++) {
    const uint8_t *next = at < end ? line_end(at, end) : NULL;
    if (!next) return false;
    check_error(at, next);
    fields[i] = number(at);
    if (*at != (i == 0 ? '*' : ':') || (i == 0 && fields[0] != 6)) {
      die("Redis: place_bid returns something else");
    }
    at = next;
  }
  stream_took(&line->stream, (size_t)(at - start));
  *reply = (struct reply){.code = (uint16_t)fields[1], .outcome = (uint8_t)fields[2],
                          .price = fields[3], .next = fields[4], .leader = (uint64_t)fields[5],
                          .rows = (uint32_t)fields[6]};
  return true;
}

// GET's bulk string holds price, leader, maximum and rows first, as the function packs them.
static void look(struct line *line, uint32_t auction, struct state *state) {
  char *room = (char *)stream_room(&line->stream, 64);
  char *end = put_key(room + sprintf(room, "*2\r\n$3\r\nGET\r\n"), 'a', auction);
  stream_wrote(&line->stream, (size_t)(end - room));
  int64_t length = wait_line(line);
  if (length < 28) die("Redis: auction %u is missing", auction);
  while (stream_count(&line->stream) < (size_t)length + 2) stream_wait(&line->stream);
  const uint8_t *bytes = stream_bytes(&line->stream);
  memcpy(&state->price, bytes, 8);
  memcpy(&state->leader, bytes + 8, 8);
  memcpy(&state->rows, bytes + 24, 4);
  stream_took(&line->stream, (size_t)length + 2);
}

static uint64_t history_length(struct line *line, uint32_t auction) {
  char *room = (char *)stream_room(&line->stream, 64);
  char *end = put_key(room + sprintf(room, "*2\r\n$4\r\nLLEN\r\n"), 'b', auction);
  stream_wrote(&line->stream, (size_t)(end - room));
  return (uint64_t)wait_line(line);
}

static uint64_t count_rows(struct line *line, size_t auction_count) {
  uint64_t counted = 0, kept = 0;
  for (size_t i = 0; i < auction_count; i++) {
    struct state state;
    look(line, (uint32_t)i, &state);
    counted += state.rows;
    kept += history_length(line, (uint32_t)i);
  }
  if (kept != 0 && kept != counted) die("Redis: %lu rows, %lu counted", kept, counted);
  return counted;
}

const struct peer peer_redis = {
    "redis", open_line, close_line, stream_of, create, submit, take, look, count_rows};
