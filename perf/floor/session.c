// A connection of the server: frames in, records into the batch, replies out.
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "server.h"

// A ring whose second copy follows the first, so that a send never has to be split at its end.
static uint8_t *map_twice(int fd, uint64_t offset, uint64_t bytes) {
  uint8_t *base = mmap(NULL, 2 * bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (base == MAP_FAILED) die("cannot reserve a reply ring: %s", strerror(errno));
  for (unsigned copy = 0; copy < 2; copy++) {
    void *p = mmap(base + copy * bytes, bytes, PROT_READ | PROT_WRITE,
                   MAP_SHARED | MAP_FIXED | MAP_POPULATE, fd, (off_t)offset);
    if (p == MAP_FAILED) die("cannot map a reply ring: %s", strerror(errno));
  }
  return base;
}

void sessions_open(struct server *s, uint32_t count) {
  uint64_t bytes = BLOCK_BYTES;
  // Twice the unread replies: a sent one keeps its place until the send's completion is seen.
  while (bytes < 2ULL * options_replies_max(s->options) * sizeof(struct reply)) bytes *= 2;
  int fd = memfd_create("replies", MFD_CLOEXEC);
  check(fd, "memfd_create");
  check(ftruncate(fd, (off_t)(bytes * count)), "ftruncate");
  s->sessions = map_pages(count * sizeof *s->sessions, false);
  s->rearm = map_pages(count * sizeof *s->rearm, false);
  s->released = map_pages(count * sizeof *s->released, false);
  s->session_count = count;
  s->reply_ring_bytes = bytes;
  for (uint32_t i = 0; i < count; i++)
    s->sessions[i].replies = map_twice(fd, i * bytes, bytes);
  close(fd);
}

void session_start(struct server *s, uint32_t index) {
  struct session *c = &s->sessions[index];
  uint8_t *replies = c->replies;
  uint32_t generation = c->generation + 1;
  memset(c, 0, sizeof *c);
  c->replies = replies;
  c->generation = generation;
  c->next_sequence = 1;
  c->open = true;
  session_receive(s, index);
}

void session_receive(struct server *s, uint32_t index) {
  struct io_uring_sqe *sqe = ring_sqe(&s->ring, tag(OP_RECEIVE, index));
  io_uring_prep_recv_multishot(sqe, (int)index, NULL, 0, 0);
  sqe->flags |= IOSQE_FIXED_FILE | IOSQE_BUFFER_SELECT;
  sqe->ioprio |= IORING_RECVSEND_POLL_FIRST;
  sqe->buf_group = RECEIVE_GROUP;
}

// Ends a connection that breaks the rules; the end of its receive does the rest.
static void doom(struct server *s, uint32_t index) {
  struct session *c = &s->sessions[index];
  if (c->doomed) return;
  c->doomed = true;
  struct io_uring_sqe *sqe = ring_sqe(&s->ring, tag(OP_SHUTDOWN, index));
  io_uring_prep_shutdown(sqe, (int)index, 2);
  sqe->flags |= IOSQE_FIXED_FILE;
}

static void close_when_idle(struct server *s, uint32_t index) {
  struct session *c = &s->sessions[index];
  if (!c->open || !c->ended || c->sending || c->closing) return;
  c->closing = true;
  io_uring_prep_close_direct(ring_sqe(&s->ring, tag(OP_CLOSE, index)), index);
}

void session_closed(struct server *s, uint32_t index) {
  s->sessions[index].open = false;
  s->sessions[index].generation++;
}

static void send_durable(struct server *s, uint32_t index) {
  struct session *c = &s->sessions[index];
  if (c->sending || c->doomed || !c->open || c->durable == c->sent) return;
  uint64_t from = c->sent & (s->reply_ring_bytes - 1);
  struct io_uring_sqe *sqe = ring_sqe(&s->ring, tag(OP_SEND, index));
  io_uring_prep_send(sqe, (int)index, c->replies + from, c->durable - c->sent,
                     MSG_WAITALL | MSG_NOSIGNAL);
  sqe->flags |= IOSQE_FIXED_FILE;
  c->sending = true;
  s->shared->sends++;
}

void session_send_done(struct server *s, uint32_t index, int result) {
  struct session *c = &s->sessions[index];
  c->sending = false;
  if (result < 0) doom(s, index);
  else c->sent += (uint64_t)result;
  send_durable(s, index);
  close_when_idle(s, index);
}

void session_release(struct server *s, const struct batch *b) {
  for (uint32_t i = 0; i < b->waiter_count; i++) {
    const struct waiter *w = &b->waiters[i];
    struct session *c = &s->sessions[w->session];
    if (c->generation != w->generation) continue;
    c->durable = w->reply_end;
    s->released[s->released_count++] = w->session;
  }
}

void session_send_released(struct server *s) {
  for (uint32_t i = 0; i < s->released_count; i++) send_durable(s, s->released[i]);
  s->released_count = 0;
}

static inline void write_reply(struct reply *r, const struct request *q, uint64_t sequence,
                               uint64_t position, uint64_t time) {
  *r = (struct reply){
    .header = {.frame_length = sizeof *r, .sequence = sequence,
               .block_length = sizeof *r - sizeof r->header,
               .template_id = TEMPLATE_BID_ACK, .schema_id = 1, .version = 1},
    .client_ref = q->client_ref, .auction_id = q->auction_id, .bidder_id = q->bidder_id,
    .bid_id = position, .your_maximum = q->amount, .price = q->amount,
    .leader_id = q->bidder_id, .log_position = position, .accepted_time = time,
  };
}

// Stages whole frames that lie in a row; false when one of them is none.
static bool stage(struct server *s, uint32_t index, const uint8_t *bytes, uint32_t count) {
  struct session *c = &s->sessions[index];
  struct batch *b = log_gathering(&s->log);
  if (c->produced + count * sizeof(struct reply) - c->sent > s->reply_ring_bytes) return false;
  uint8_t *to = b->bytes + sizeof(struct batch_header) + b->count * sizeof(struct record);
  uint8_t *reply = c->replies + (c->produced & (s->reply_ring_bytes - 1));
  uint64_t position = s->log.next_position, sequence = c->next_sequence;
  for (uint32_t i = 0; i < count; i++) {
    // What was received starts at any address; the record is aligned.
    struct record *record = (void *)(to + i * sizeof *record);
    record->position = position + i;
    record->time = s->time;
    memcpy(&record->frame, bytes + i * sizeof record->frame, sizeof record->frame);
    if (record->frame.header.frame_length != sizeof record->frame) return false;
    write_reply((void *)(reply + i * sizeof(struct reply)), &record->frame, sequence + i,
                position + i, s->time);
  }
  c->next_sequence += count;
  c->produced += count * sizeof(struct reply);
  s->log.next_position += count;
  b->count += count;
  if (c->batch_number != b->number) {
    c->batch_number = b->number;
    c->waiter = b->waiter_count++;
  }
  b->waiters[c->waiter] = (struct waiter){index, c->generation, c->produced};
  return true;
}

static uint32_t room(const struct server *s) {
  return (uint32_t)(BATCH_RECORDS - s->log.batches[s->log.gathering].count);
}

// The result is how many of the bytes were taken; fewer only when the batch is full.
static uint32_t ingest(struct server *s, uint32_t index, const uint8_t *bytes, uint32_t length) {
  struct session *c = &s->sessions[index];
  const uint32_t frame = sizeof(struct request);
  uint32_t at = 0;
  if (c->partial_bytes > 0) {
    if (room(s) == 0) return 0;
    at = frame - c->partial_bytes < length ? frame - c->partial_bytes : length;
    memcpy(c->partial + c->partial_bytes, bytes, at);
    c->partial_bytes += at;
    if (c->partial_bytes < frame) return length;
    c->partial_bytes = 0;
    if (!stage(s, index, c->partial, 1)) goto broken;
  }
  uint32_t whole = (length - at) / frame;
  uint32_t count = whole < room(s) ? whole : room(s);
  if (count > 0 && !stage(s, index, bytes + at, count)) goto broken;
  at += count * frame;
  if (count < whole) return at;
  c->partial_bytes = length - at;
  memcpy(c->partial, bytes + at, c->partial_bytes);
  return length;
broken:
  doom(s, index);
  return length;
}

static void take(struct server *s, uint32_t index, unsigned buffer, uint32_t length) {
  struct session *c = &s->sessions[index];
  uint32_t taken = 0;
  if (c->doomed) taken = length;
  else if (s->parked_count == 0)
    taken = ingest(s, index, ring_buffer(&s->ring, buffer), length);
  if (taken == length) {
    ring_return_buffer(&s->ring, buffer);
    return;
  }
  uint32_t slot = (s->parked_head + s->parked_count++) % RECEIVE_BUFFERS;
  s->parked[slot] =
    (struct parked){index, c->generation, (uint16_t)buffer, taken, length - taken};
}

void session_unpark(struct server *s) {
  while (s->parked_count > 0 && room(s) > 0) {
    struct parked *p = &s->parked[s->parked_head];
    struct session *c = &s->sessions[p->session];
    uint32_t taken = p->bytes;
    if (c->generation == p->generation && !c->doomed)
      taken = ingest(s, p->session, ring_buffer(&s->ring, p->buffer) + p->from, p->bytes);
    p->from += taken;
    p->bytes -= taken;
    if (p->bytes > 0) return;
    ring_return_buffer(&s->ring, p->buffer);
    s->parked_head = (s->parked_head + 1) % RECEIVE_BUFFERS;
    s->parked_count--;
  }
}

void session_receive_done(struct server *s, uint32_t index, int result, unsigned flags) {
  struct session *c = &s->sessions[index];
  if (flags & IORING_CQE_F_BUFFER) {
    unsigned buffer = flags >> IORING_CQE_BUFFER_SHIFT;
    if (result > 0) take(s, index, buffer, (uint32_t)result);
    else ring_return_buffer(&s->ring, buffer);
  }
  if (flags & IORING_CQE_F_MORE) return;
  if (result > 0 || result == -ENOBUFS) {
    s->rearm[s->rearm_count++] = index;
    return;
  }
  c->ended = true;
  close_when_idle(s, index);
}
