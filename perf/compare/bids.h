// What every peer is asked to do, whatever it speaks: auctions, bids, replies.
#ifndef COMPARE_BIDS_H
#define COMPARE_BIDS_H

#include <stdbool.h>
#include <stdint.h>

// Reject codes and outcomes, numbered as the exchange numbers them (docs/protocol.md).
enum {
  CODE_ACCEPTED = 0,
  CODE_UNKNOWN_AUCTION = 1,
  CODE_NOT_OPEN_YET = 2,
  CODE_ENDED = 3,
  CODE_CANCELLED = 4,
  CODE_BID_TOO_LOW = 5,
  CODE_NOT_HIGHER = 6,
  CODE_SELLER = 7,
  CODE_CURRENCY = 11,
  CODE_AMOUNT = 17,
  CODE_ALREADY_LEADING = 20,
  CODE_COUNT = 64
};

enum { OUTCOME_LEADING, OUTCOME_OUTBID, OUTCOME_RAISED, OUTCOME_COUNT };

enum { TABLE_STANDARD = 1, TABLE_EBAY_US = 2, TABLE_EBAY_UK = 3, TABLE_ONE_CENT = 255 };

enum { US_DOLLAR = 840, EURO = 978 };

#define MONEY_GREATEST 999999999999LL

// Amounts are minor units; 0 = none.
struct auction {
  int64_t start, reserve;
  uint64_t seller;
  int32_t opens_in_ms, ends_in_ms;
  uint8_t table;
  uint8_t shows_maximum;  // the opening price under an unmet reserve is the bidder's maximum
  uint8_t is_cancelled;
};

struct bid {
  uint64_t bidder;
  int64_t amount;
  uint32_t auction;  // its index; one that was not created is unknown to the peer
  uint16_t currency;
  uint8_t is_exact;
};

struct reply {
  int64_t price, next;  // 0 = none; of refusals only where the price is the reason
  uint64_t leader;      // of accepted bids
  uint32_t rows;        // public rows of the history, of accepted bids
  uint16_t code;
  uint8_t outcome;
};

struct state {
  int64_t price;
  uint64_t leader;
  uint32_t rows;
};

#endif
