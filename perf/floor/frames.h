// The bytes on the wire and in the file: the sizes of PlaceBid and BidAck, not their meaning.
#ifndef FLOOR_FRAMES_H
#define FLOOR_FRAMES_H

#include <assert.h>
#include <stdint.h>

struct frame_header {
  uint32_t frame_length;
  uint32_t crc32c;  // left 0: the floor checks and computes no checksum
  uint64_t sequence;
  uint16_t block_length, template_id, schema_id, version;
};

// PlaceBid: what the load sends.
struct request {
  struct frame_header header;
  uint64_t client_ref, auction_id, bidder_id;
  int64_t amount;
  uint64_t if_revision, client_time, device_tag;
  uint8_t kind, flags;
  uint16_t currency;
  uint32_t pad;
};

// BidAck: what the server answers once the request is durable.
struct reply {
  struct frame_header header;
  uint64_t client_ref, auction_id, bidder_id, bid_id;
  int64_t your_maximum, price, min_next;
  uint64_t leader_id, revision, log_position, accepted_time, end_time;
  uint8_t outcome, reserve_state, status, flags;
  uint32_t bid_count;
};

// One request as it stands in the log.
struct record {
  uint64_t position, time;
  struct request frame;
};

struct batch_header {
  uint64_t magic, number, first_position, time;
  uint32_t count, payload_bytes;
  uint64_t reserved[3];
};

#define BATCH_MAGIC 0x524f4f4c46545352ULL
#define BLOCK_BYTES 4096u

enum { TEMPLATE_PLACE_BID = 100, TEMPLATE_BID_ACK = 200 };

static_assert(sizeof(struct frame_header) == 24, "header");
static_assert(sizeof(struct request) == 88, "request");
static_assert(sizeof(struct reply) == 128, "reply");
static_assert(sizeof(struct record) == 104, "record");
static_assert(sizeof(struct batch_header) == 64, "batch header");
static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the wire is little-endian");

#endif
