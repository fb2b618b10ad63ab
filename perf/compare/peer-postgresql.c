// PostgreSQL: libpq connects and prepares; bids then go as Bind and Execute straight into its
// socket, which takes less of the client than libpq's own results do and leaves it to the server.
#include <arpa/inet.h>
#include <endian.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "peer.h"
#include "stream.h"
#include "util.h"

// Durable is what the Sync's ReadyForQuery says: the commit comes before it, the rows come earlier.
enum { WAITING_MAX = 4096 };

struct line {
  PGconn *connection;
  struct stream stream;
  // Rows whose transaction has not been answered yet, and how many of them may be taken.
  struct reply waiting[WAITING_MAX];
  unsigned first, row_count, ready_count;
};

static const char PLACE[] = "SELECT place_bid($1, $2, $3, $4, $5)";

static PGresult *expect(struct line *line, PGresult *result) {
  ExecStatusType status = PQresultStatus(result);
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
    die("PostgreSQL: %s", PQerrorMessage(line->connection));
  }
  return result;
}

static void run(struct line *line, const char *sql) {
  PQclear(expect(line, PQexec(line->connection, sql)));
}

static struct line *open_line(const char *where) {
  struct line *line = need(calloc(1, sizeof *line));
  line->connection = PQconnectdb(where);
  if (PQstatus(line->connection) != CONNECTION_OK) {
    die("PostgreSQL: %s", PQerrorMessage(line->connection));
  }
  PQclear(expect(line, PQprepare(line->connection, "place", PLACE, 5, NULL)));
  stream_init(&line->stream, PQsocket(line->connection));
  return line;
}

static void close_line(struct line *line) {
  PQfinish(line->connection);
  stream_free(&line->stream);
  free(line);
}

static struct stream *stream_of(struct line *line) { return &line->stream; }

static void insert(struct line *line, size_t index, const struct auction *a) {
  char text[9][32];
  const char *values[9];
  snprintf(text[0], 32, "%zu", index + 1);
  snprintf(text[1], 32, "%lu", a->seller);
  snprintf(text[2], 32, "%ld", a->start);
  snprintf(text[3], 32, "%ld", a->reserve);
  snprintf(text[4], 32, "%d ms", a->opens_in_ms);
  snprintf(text[5], 32, "%d ms", a->ends_in_ms);
  snprintf(text[6], 32, "%d", a->table);
  snprintf(text[7], 32, "%s", a->shows_maximum ? "true" : "false");
  snprintf(text[8], 32, "%s", a->is_cancelled ? "true" : "false");
  for (int i = 0; i < 9; i++) values[i] = text[i];
  PQclear(expect(line, PQexecPrepared(line->connection, "add", 9, values, NULL, NULL, 0)));
}

static void create(struct line *line, const struct auction *auctions, size_t count) {
  run(line, "TRUNCATE auction, bid");
  PQclear(expect(line, PQprepare(line->connection, "add",
    "INSERT INTO auction (id, seller, start_price, reserve, opens_at, ends_at, increments,"
    " currency, shows_maximum, is_cancelled) VALUES ($1, $2, $3, $4,"
    " clock_timestamp() + $5::interval, clock_timestamp() + $6::interval, $7, 840, $8, $9)",
    9, NULL)));
  run(line, "BEGIN");
  for (size_t i = 0; i < count; i++) insert(line, i, &auctions[i]);
  run(line, "COMMIT");
  run(line, "DEALLOCATE add");
  run(line, "CHECKPOINT");
  // The first change of a page after a checkpoint logs the whole page: not in the measured time.
  run(line, "UPDATE auction SET bid_count = bid_count");
  run(line, "VACUUM ANALYZE auction, bid");
}

static uint8_t *put16(uint8_t *to, uint16_t value) {
  value = htons(value);
  memcpy(to, &value, 2);
  return to + 2;
}

static uint8_t *put32(uint8_t *to, uint32_t value) {
  value = htonl(value);
  memcpy(to, &value, 4);
  return to + 4;
}

static uint8_t *put64(uint8_t *to, uint64_t value) {
  to = put32(to, 8);
  value = htobe64(value);
  memcpy(to, &value, 8);
  return to + 8;
}

// Bind: the unnamed portal, the statement, all formats binary, five values, a binary result.
static uint8_t *put_bind(uint8_t *to, const struct bid *bid) {
  uint8_t *start = to;
  *to++ = 'B';
  to += 4;
  memcpy(to, "\0place", 7);
  to = put16(put16(put16(to + 7, 1), 1), 5);
  to = put64(to, (uint64_t)bid->auction + 1);
  to = put64(to, bid->bidder);
  to = put64(to, (uint64_t)bid->amount);
  to = put32(to, 1);
  *to++ = bid->is_exact;
  to = put16(put32(to, 2), bid->currency);
  to = put16(put16(to, 1), 1);
  put32(start + 1, (uint32_t)(to - start - 1));
  return to;
}

static void submit(struct line *line, const struct bid *bids, unsigned count) {
  static const uint8_t execute[] = {'E', 0, 0, 0, 9, 0, 0, 0, 0, 0};
  static const uint8_t sync[] = {'S', 0, 0, 0, 4};
  for (unsigned i = 0; i < count; i++) {
    uint8_t *room = stream_room(&line->stream, 256);
    uint8_t *end = put_bind(room, &bids[i]);
    stream_wrote(&line->stream, (size_t)(end - room));
    stream_put(&line->stream, execute, sizeof execute);
  }
  stream_put(&line->stream, sync, sizeof sync);
}

static uint32_t get32(const uint8_t *from) {
  uint32_t value;
  memcpy(&value, from, 4);
  return ntohl(value);
}

// A field of a row value: its type, its length, its bytes.
static const uint8_t *get_field(const uint8_t *from, int64_t *value) {
  uint32_t length = get32(from + 4);
  *value = 0;
  if (length == UINT32_MAX) return from + 8;
  for (uint32_t i = 0; i < length; i++) *value = (int64_t)((uint64_t)*value << 8 | from[8 + i]);
  return from + 8 + length;
}

// DataRow: one column, the row value of the function: code, outcome, price, next, leader, rows.
static void take_row(struct line *line, const uint8_t *body) {
  if (line->row_count == WAITING_MAX) die("PostgreSQL: too many rows in a transaction");
  const uint8_t *at = body + 6;
  if (get32(at) != 6) die("PostgreSQL: place_bid returns something else");
  int64_t fields[6];
  at += 4;
  for (int i = 0; i < 6; i++) at = get_field(at, &fields[i]);
  line->waiting[(line->first + line->row_count) % WAITING_MAX] = (struct reply){
      .code = (uint16_t)fields[0], .outcome = (uint8_t)fields[1], .price = fields[2],
      .next = fields[3], .leader = (uint64_t)fields[4], .rows = (uint32_t)fields[5]};
  line->row_count++;
}

static void fail(const uint8_t *body) {
  for (const char *field = (const char *)body; *field; field += strlen(field) + 1) {
    if (*field == 'M') die("PostgreSQL: %s", field + 1);
  }
  die("PostgreSQL: an error without a message");
}

static void take_messages(struct line *line) {
  struct stream *s = &line->stream;
  while (line->ready_count == 0 && stream_count(s) >= 5) {
    const uint8_t *message = stream_bytes(s);
    size_t length = 1 + (size_t)get32(message + 1);
    if (stream_count(s) < length) return;
    if (message[0] == 'D') take_row(line, message + 5);
    else if (message[0] == 'Z') line->ready_count = line->row_count;
    else if (message[0] == 'E') fail(message + 5);
    stream_took(s, length);
  }
}

static bool take(struct line *line, struct reply *reply) {
  if (line->ready_count == 0) take_messages(line);
  if (line->ready_count == 0) return false;
  *reply = line->waiting[line->first];
  line->first = (line->first + 1) % WAITING_MAX;
  line->row_count--;
  line->ready_count--;
  return true;
}

static void look(struct line *line, uint32_t auction, struct state *state) {
  char sql[128];
  snprintf(sql, sizeof sql, "SELECT price, leader, bid_count FROM auction WHERE id = %u",
           auction + 1);
  PGresult *result = expect(line, PQexec(line->connection, sql));
  if (PQntuples(result) != 1) die("PostgreSQL: auction %u is missing", auction);
  state->price = atoll(PQgetvalue(result, 0, 0));
  state->leader = strtoull(PQgetvalue(result, 0, 1), NULL, 10);
  state->rows = (uint32_t)atoi(PQgetvalue(result, 0, 2));
  PQclear(result);
}

// The auctions' own counts and, where a history is kept, its rows: both must be as expected.
static uint64_t count_rows(struct line *line, size_t auction_count) {
  (void)auction_count;
  PGresult *result = expect(line, PQexec(line->connection,
    "SELECT (SELECT sum(bid_count) FROM auction), (SELECT count(*) FROM bid)"));
  uint64_t counted = strtoull(PQgetvalue(result, 0, 0), NULL, 10);
  uint64_t kept = strtoull(PQgetvalue(result, 0, 1), NULL, 10);
  PQclear(result);
  if (kept != 0 && kept != counted) die("PostgreSQL: %lu rows, %lu counted", kept, counted);
  return counted;
}

const struct peer peer_postgresql = {
    "postgresql", open_line, close_line, stream_of, create, submit, take, look, count_rows};
