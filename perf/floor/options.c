#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "floor.h"

const char *const waiting_names[] = {"poll", "yield", "awake"};

static const char help_text[] =
  "floor: how fast this machine can receive fixed frames, make them durable and answer.\n"
  "\n"
  "usage: floor run     --data DIR [options]   server and load, each on a core of its own\n"
  "       floor measure --data DIR [options]   R (loopback round trip) and F (one flush)\n"
  "       floor serve   --data DIR [options]   the server alone, for --seconds\n"
  "       floor load    --port P   [options]   the load alone, against 127.0.0.1:P\n"
  "\n"
  "load\n"
  "  -c, --connections N    connections (default 1)\n"
  "  -w, --window N         closed loop: requests in flight a connection (default 1)\n"
  "  -r, --rate R           open loop: R requests a second over all connections, latency from\n"
  "                         the intended time of each (no coordinated omission)\n"
  "      --in-flight-max N  open loop: most requests in flight over all connections "
  "(default 65536)\n"
  "  -s, --seconds S        measured seconds (default 5; measure: seconds a figure, default 2)\n"
  "      --warmup S         seconds before the measured ones (default 1)\n"
  "server\n"
  "  -d, --data DIR         folder for the log file; it is removed at the end\n"
  "  -t, --threads 1|2      1: one thread does all; 2: write and fdatasync on their own thread\n"
  "      --dsync            one RWF_DSYNC write instead of write + fdatasync\n"
  "      --no-hold          start the next flush with the first request; without it the server\n"
  "                         waits a moment for requests it knows to be on their way\n"
  "      --wait HOW         poll: spin in the ring; yield: spin, and let others go first;\n"
  "                         awake: sleep, while a thread of the idle class keeps the core from\n"
  "                         being halted (default yield)\n"
  "      --poll-us N        how long poll and yield go on after the last event (default 2000)\n"
  "      --slice-us N       time slice to ask the scheduler for, so that the flush's thread runs\n"
  "                         at once on a core that is busy (default 100, 0 = the system's)\n"
  "      --file-mib N       size of the pre-written file in MiB (default 256)\n"
  "      --flush-kib N      measure: size of the write of F in KiB (default 4)\n"
  "      --port P           port on 127.0.0.1 (default 0 = a free one)\n"
  "      --replies-max N    serve: unread replies a connection may have (default 16384)\n"
  "placement (-1 = wherever the scheduler likes)\n"
  "      --server-core N    default 0\n"
  "      --load-core N      default: the first other core\n"
  "      --flush-core N     the flush thread, or the kernel's worker for the fdatasync "
  "(default -1)\n"
  "\n"
  "      --json             one JSON object on standard output\n"
  "  -h, --help             this text\n"
  "\n"
  "Requests are 88 bytes, replies 128, log records 104. Loopback only, bounded in time.\n"
  "Exit status: 0 done, 1 failed, 64 wrong usage.\n";

static _Noreturn void usage(const char *message, const char *argument) {
  fprintf(stderr, "floor: %s%s; see floor --help\n", message, argument ? argument : "");
  exit(64);
}

static double number(const char *text, double low, double high, const char *name) {
  char *end;
  double value = strtod(text, &end);
  if (end == text || *end || !(value >= low && value <= high)) usage("out of range: --", name);
  return value;
}

static enum command command_named(const char *name) {
  static const char *names[] = {"run", "serve", "load", "measure"};
  for (unsigned i = 0; i < 4; i++)
    if (strcmp(name, names[i]) == 0) return (enum command)i;
  usage("unknown command: ", name);
}

static enum waiting waiting_named(const char *name) {
  for (unsigned i = 0; i < 3; i++)
    if (strcmp(name, waiting_names[i]) == 0) return (enum waiting)i;
  usage("--wait is poll, yield or awake, not ", name);
}

enum { OPTION_WARMUP = 256, OPTION_DSYNC, OPTION_POLL, OPTION_FILE, OPTION_PORT, OPTION_SERVER,
       OPTION_LOAD, OPTION_FLUSH, OPTION_JSON, OPTION_IN_FLIGHT, OPTION_REPLIES,
       OPTION_SLICE, OPTION_WAIT, OPTION_NO_HOLD, OPTION_KIB };

static const struct option long_options[] = {
  {"connections", 1, NULL, 'c'}, {"window", 1, NULL, 'w'}, {"rate", 1, NULL, 'r'},
  {"seconds", 1, NULL, 's'}, {"data", 1, NULL, 'd'}, {"threads", 1, NULL, 't'},
  {"help", 0, NULL, 'h'}, {"warmup", 1, NULL, OPTION_WARMUP}, {"dsync", 0, NULL, OPTION_DSYNC},
  {"poll-us", 1, NULL, OPTION_POLL}, {"file-mib", 1, NULL, OPTION_FILE},
  {"port", 1, NULL, OPTION_PORT}, {"server-core", 1, NULL, OPTION_SERVER},
  {"load-core", 1, NULL, OPTION_LOAD}, {"flush-core", 1, NULL, OPTION_FLUSH},
  {"json", 0, NULL, OPTION_JSON}, {"in-flight-max", 1, NULL, OPTION_IN_FLIGHT},
  {"flush-kib", 1, NULL, OPTION_KIB}, {"no-hold", 0, NULL, OPTION_NO_HOLD},
  {"wait", 1, NULL, OPTION_WAIT}, {"slice-us", 1, NULL, OPTION_SLICE},
  {"replies-max", 1, NULL, OPTION_REPLIES}, {NULL, 0, NULL, 0},
};

static bool apply_load_option(struct options *o, int option) {
  switch (option) {
    case 'c': o->connections = (unsigned)number(optarg, 1, 16000, "connections"); return true;
    case 'w': o->window = (unsigned)number(optarg, 1, 65536, "window"); return true;
    case 'r': o->rate = number(optarg, 1, 1e8, "rate"); return true;
    case 's': o->seconds = number(optarg, 0.1, 3600, "seconds"); return true;
    case OPTION_WARMUP: o->warmup = number(optarg, 0, 600, "warmup"); return true;
    case OPTION_IN_FLIGHT:
      o->in_flight_max = (unsigned)number(optarg, 1, 1 << 20, "in-flight-max");
      return true;
    case OPTION_REPLIES:
      o->replies_max = (unsigned)number(optarg, 1, 1 << 20, "replies-max");
      return true;
    default: return false;
  }
}

static void apply_option(struct options *o, int option) {
  if (apply_load_option(o, option)) return;
  switch (option) {
    case 'h': fputs(help_text, stdout); exit(0);
    case 'd': o->data = optarg; break;
    case 't': o->threads = (unsigned)number(optarg, 1, 2, "threads"); break;
    case OPTION_KIB:
      o->flush_kib = (unsigned)number(optarg, 4, 4096, "flush-kib") & ~3u;
      break;
    case OPTION_NO_HOLD: o->hold = false; break;
    case OPTION_DSYNC: o->dsync = true; break;
    case OPTION_POLL: o->poll_us = (unsigned)number(optarg, 0, 1e6, "poll-us"); break;
    case OPTION_WAIT: o->waiting = waiting_named(optarg); break;
    case OPTION_SLICE: o->slice_us = (unsigned)number(optarg, 0, 1e5, "slice-us"); break;
    case OPTION_FILE: o->file_mib = (unsigned)number(optarg, 8, 65536, "file-mib"); break;
    case OPTION_PORT: o->port = (unsigned)number(optarg, 0, 65535, "port"); break;
    case OPTION_SERVER: o->server_core = (int)number(optarg, -1, 1023, "server-core"); break;
    case OPTION_LOAD: o->load_core = (int)number(optarg, -1, 1023, "load-core"); break;
    case OPTION_FLUSH: o->flush_core = (int)number(optarg, -1, 1023, "flush-core"); break;
    case OPTION_JSON: o->json = true; break;
    default: usage("wrong option", NULL);
  }
}

void options_parse(struct options *o, int argc, char **argv) {
  *o = (struct options){.connections = 1, .window = 1, .seconds = 0, .warmup = 1, .threads = 1,
    .server_core = 0, .load_core = -2, .flush_core = -1, .hold = true, .waiting = WAIT_YIELD,
    .poll_us = 2000, .slice_us = 100, .file_mib = 256, .flush_kib = 4,
    .in_flight_max = 65536, .replies_max = 16384};
  if (argc < 2) usage("a command is missing", NULL);
  if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) apply_option(o, 'h');
  o->command = command_named(argv[1]);
  int option;
  opterr = 0;
  while ((option = getopt_long(argc - 1, argv + 1, "c:w:r:s:d:t:h", long_options, NULL)) != -1)
    apply_option(o, option);
  if (optind < argc - 1) usage("unexpected argument: ", argv[optind + 1]);
  if (o->command != COMMAND_LOAD && !o->data) usage("--data DIR is missing", NULL);
  if (o->command == COMMAND_LOAD && !o->port) usage("--port P is missing", NULL);
  if (o->seconds == 0) o->seconds = o->command == COMMAND_MEASURE ? 2 : 5;
  if (o->load_core == -2) o->load_core = other_core(o->server_core);
}

unsigned options_replies_max(const struct options *o) {
  if (o->command == COMMAND_SERVE) return o->replies_max;
  if (o->rate == 0) return o->window;
  unsigned share = o->in_flight_max / o->connections;
  return share ? share : 1;
}
