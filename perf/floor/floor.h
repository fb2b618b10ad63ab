// What every part of the floor shares: options, the figures two processes exchange, small helpers.
#ifndef FLOOR_H
#define FLOOR_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "histogram.h"

enum command { COMMAND_RUN, COMMAND_SERVE, COMMAND_LOAD, COMMAND_MEASURE };
enum waiting { WAIT_POLL, WAIT_YIELD, WAIT_AWAKE };
enum phase { PHASE_WARMUP, PHASE_MEASURE, PHASE_DONE };

struct options {
  enum command command;
  const char *data;          // folder of the file
  unsigned connections;
  unsigned window;           // closed loop: requests in flight a connection
  double rate;               // open loop: requests a second over all connections, 0 = closed loop
  double seconds, warmup;
  unsigned threads;          // 1: network and flush on one thread, 2: the flush on one of its own
  int server_core, load_core, flush_core;  // -1 = wherever the scheduler likes
  enum waiting waiting;      // what the server does while nothing happens
  unsigned poll_us;          // how long the server polls after the last event before it sleeps
  unsigned slice_us;         // the scheduler's time slice of the server, 0 = the system's
  unsigned file_mib;
  unsigned flush_kib;        // measure: size of the write of F
  unsigned port;
  unsigned in_flight_max;    // open loop: cap over all connections
  unsigned replies_max;      // serve: replies a connection may leave unread
  bool hold;                 // see pace.h
  bool dsync;                // one RWF_DSYNC write instead of write + fdatasync
  bool json;
};

// Lives in memory that the server's process and the load's process both see.
struct shared {
  _Atomic int phase;         // enum phase, set by the load
  _Atomic int stop;
  _Atomic unsigned port;     // set by the server when it listens
  uint64_t batches, records, bytes_written, sends, turns, holds;
  double cpu_seconds;
  struct histogram flush;    // ns from a batch's submission to its completion
};

// Keeps a core awake; see awake.c.
struct awake {
  pthread_t thread;
  int core;
  _Atomic int stop;
};

struct load_result {
  double offered, seconds;   // operations a second (0 = closed loop), measured seconds
  uint64_t operations;       // acknowledged inside the measured window
  uint64_t late_sends, send_delay_max_ns, errors, lost;
  unsigned in_flight_max;
  struct histogram latency;
};

#define LATE_SEND_NS 100000u

uint64_t now_ns(void);
double cpu_seconds_self(void);
_Noreturn void die(const char *format, ...) __attribute__((format(printf, 1, 2)));
void check(int result, const char *what);        // dies with errno when result is negative
void check_code(int result, const char *what);   // dies with -result when it is negative
void pin_remember(void);                         // at the start, before any pin
void pin(int core);                              // the calling thread; -1 = any core
void shorten_slice(unsigned us);                  // of the calling thread and what it starts
void raise_descriptor_limit(void);
void *map_pages(size_t bytes, bool shared);
void *map_huge(size_t bytes);                     // zeroed, on huge pages where there are any
int other_core(int core);                        // another allowed core, or the same one

void awake_start(struct awake *a, int core);
void awake_stop(struct awake *a);
double awake_cpu_seconds(const struct awake *a);

extern const char *const waiting_names[];          // by enum waiting
void options_parse(struct options *o, int argc, char **argv);
unsigned options_replies_max(const struct options *o);  // replies one connection may have unread

void run_both(const struct options *o);          // `floor run`
void measure(const struct options *o);           // `floor measure`
void load_run(const struct options *o, struct shared *shared, unsigned port,
              struct load_result *result);
void server_run(const struct options *o, struct shared *shared);

void report_run(const struct options *o, const struct load_result *r, const struct shared *s);
void report_quantiles(const char *prefix, const struct histogram *h, bool json);
void report_ready(const struct options *o, const struct shared *s);
void report_serve(const struct options *o, const struct shared *s);

#endif
