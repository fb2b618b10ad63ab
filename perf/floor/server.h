// The server: one thread that receives, stages, waits for the flush and answers.
#ifndef FLOOR_SERVER_H
#define FLOOR_SERVER_H

#include "floor.h"
#include "log.h"
#include "pace.h"
#include "ring.h"

// One connection. Its replies are written when their request is staged, into a ring that is
// mapped twice in a row, and sent once the batch that holds the request is durable.
struct session {
  uint8_t *replies;
  uint64_t produced, durable, sent;  // bytes since the start of the connection
  uint64_t next_sequence;
  uint64_t batch_number;             // the last batch that lists this session as a waiter
  uint32_t generation, partial_bytes;
  uint32_t waiter;                   // index in that batch's list
  bool open, ended, sending, doomed, closing;
  uint8_t partial[sizeof(struct request)];
};

// What was received while the batch was full; it keeps its buffer until there is room.
struct parked {
  uint32_t session, generation;
  uint16_t buffer;
  uint32_t from, bytes;
};

struct server {
  const struct options *options;
  struct shared *shared;
  struct ring ring;
  struct log log;
  struct pace pace;
  bool holding;                      // a batch has gathered and waits for more
  struct session *sessions;
  uint32_t session_count;
  uint64_t reply_ring_bytes;
  int listener;
  struct awake *awake;               // NULL unless the wait strategy wants it
  bool accepting;
  uint32_t *rearm, rearm_count;      // sessions whose receive has to be started again
  uint32_t *released, released_count;  // sessions whose replies have become durable
  struct parked parked[RECEIVE_BUFFERS];
  uint32_t parked_head, parked_count;
  uint64_t time;
};

enum operation { OP_ACCEPT = 1, OP_RECEIVE, OP_SEND, OP_FLUSH, OP_WAKE, OP_CLOSE, OP_SHUTDOWN };

static inline uint64_t tag(enum operation op, uint32_t session) {
  return (uint64_t)op << 56 | session;
}

void sessions_open(struct server *s, uint32_t count);
void session_start(struct server *s, uint32_t index);
void session_receive(struct server *s, uint32_t index);
void session_receive_done(struct server *s, uint32_t index, int result, unsigned flags);
void session_send_done(struct server *s, uint32_t index, int result);
void session_closed(struct server *s, uint32_t index);
// The replies of a batch may go: its flush has succeeded. They do with the next call of
// session_send_released, one send a connection.
void session_release(struct server *s, const struct batch *b);
void session_send_released(struct server *s);
// Stages what had to wait for room, until the batch is full again.
void session_unpark(struct server *s);

#endif
