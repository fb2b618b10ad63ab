// Bids on PostgreSQL, Redis or Rostrum: one program, one generator, one way to measure.
#include "bidload.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util.h"

static const char HELP[] =
    "bidload PEER WHERE [options]: bid in a closed loop and measure\n"
    "bidload PEER WHERE --check [--bids N] [--seed N]: place a fixed sequence, print every answer\n"
    "\n"
    "PEER is postgresql (WHERE: a connection string), redis or rostrum (WHERE: HOST:PORT, or the\n"
    "path of a Unix socket). The server is emptied first; Rostrum has to be a fresh one.\n"
    "\n"
    "  --profile NAME       uniform (default), zipf, hot: all bids on one auction\n"
    "  --skew X             of zipf (0.99)\n"
    "  --auctions N         (10000)\n"
    "  --bidders N          (1000)\n"
    "  --connections N      (8)\n"
    "  --window N           bids without an answer a connection (1)\n"
    "  --batch N            bids a transaction, where the peer has such (1)\n"
    "  --seconds S          (5), after --warmup S (1)\n"
    "  --seed N             (1)\n"
    "  --server PID         whose CPU time and written bytes to report, descendants included\n"
    "  --wait sleep|yield   how this program waits for answers (sleep)\n"
    "  --awake              keep the cores from being halted with threads of the idle class\n"
    "  --bids N             of --check (5000)\n"
    "  --json               the figures as one JSON object\n";

static void usage(const char *what) {
  fprintf(stderr, "bidload: %s; see --help\n", what);
  exit(64);
}

static const struct peer *find_peer(const char *name) {
  static const struct peer *const peers[] = {&peer_postgresql, &peer_redis, &peer_rostrum};
  for (size_t i = 0; i < sizeof peers / sizeof *peers; i++) {
    if (strcmp(peers[i]->name, name) == 0) return peers[i];
  }
  usage("there is no such peer");
  return NULL;
}

static enum profile find_profile(const char *name) {
  static const char *const names[] = {"uniform", "zipf", "hot"};
  for (int i = 0; i < 3; i++) {
    if (strcmp(names[i], name) == 0) return (enum profile)i;
  }
  usage("there is no such profile");
  return PROFILE_UNIFORM;
}

static unsigned whole(const char *text, unsigned most) {
  char *end;
  unsigned long value = strtoul(text, &end, 10);
  if (*end || end == text || *text == '-' || value < 1 || value > most) usage("a number is wrong");
  return (unsigned)value;
}

static double seconds(const char *text) {
  char *end;
  double value = strtod(text, &end);
  if (*end || end == text || !(value >= 0 && value <= 3600)) usage("a time is wrong");
  return value;
}

enum { SKEW = 256, AUCTIONS, BIDDERS, CONNECTIONS, WINDOW, BATCH, SECONDS, WARMUP, SEED, SERVER,
       WAIT, BIDS, JSON, CHECK, PROFILE, AWAKE };

static const struct option LONG[] = {
    {"help", no_argument, NULL, 'h'}, {"profile", required_argument, NULL, PROFILE},
    {"skew", required_argument, NULL, SKEW}, {"auctions", required_argument, NULL, AUCTIONS},
    {"bidders", required_argument, NULL, BIDDERS},
    {"connections", required_argument, NULL, CONNECTIONS},
    {"window", required_argument, NULL, WINDOW}, {"batch", required_argument, NULL, BATCH},
    {"seconds", required_argument, NULL, SECONDS}, {"warmup", required_argument, NULL, WARMUP},
    {"seed", required_argument, NULL, SEED}, {"server", required_argument, NULL, SERVER},
    {"wait", required_argument, NULL, WAIT}, {"bids", required_argument, NULL, BIDS},
    {"json", no_argument, NULL, JSON}, {"check", no_argument, NULL, CHECK},
    {"awake", no_argument, NULL, AWAKE}, {NULL, 0, NULL, 0}};

static void set(struct options *o, int option) {
  switch (option) {
    case 'h': fputs(HELP, stdout); exit(0);
    case PROFILE: o->profile = find_profile(optarg); break;
    case SKEW: o->skew = seconds(optarg); break;
    case AUCTIONS: o->auctions = whole(optarg, 10000000); break;
    case BIDDERS: o->bidders = whole(optarg, 1000000000); break;
    case CONNECTIONS: o->connections = whole(optarg, 1000); break;
    case WINDOW: o->window = whole(optarg, 1024); break;
    case BATCH: o->batch = whole(optarg, 1024); break;
    case SECONDS: o->seconds = seconds(optarg); break;
    case WARMUP: o->warmup = seconds(optarg); break;
    case SEED: o->seed = whole(optarg, 4000000000U); break;
    case SERVER: o->server = (int)whole(optarg, 1U << 30); break;
    case WAIT:
      o->has_yield = strcmp(optarg, "yield") == 0;
      if (!o->has_yield && strcmp(optarg, "sleep") != 0) usage("there is no such wait");
      break;
    case BIDS: o->bids = whole(optarg, 100000000); break;
    case JSON: o->has_json = true; break;
    case AWAKE: o->has_awake = true; break;
    case CHECK: o->has_check = true; break;
    default: exit(64);
  }
}

int main(int count, char **arguments) {
  struct options o = {.skew = 0.99, .auctions = 10000, .bidders = 1000, .connections = 8,
                      .window = 1, .batch = 1, .seconds = 5, .warmup = 1, .seed = 1, .bids = 5000};
  for (int c; (c = getopt_long(count, arguments, "h", LONG, NULL)) >= 0;) set(&o, c);
  if (count - optind != 2) usage("give a peer and where it is");
  o.peer = find_peer(arguments[optind]);
  o.where = arguments[optind + 1];
  if (o.batch > o.window) o.window = o.batch;
  if (o.window % o.batch != 0) usage("the window has to be a multiple of the batch");
  return o.has_check ? run_check(&o) : run_load(&o);
}
