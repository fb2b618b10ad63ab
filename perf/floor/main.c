#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "floor.h"

static struct shared *served;

static void on_signal(int signal_number) {
  (void)signal_number;
  atomic_store(&served->stop, 1);
}

static void serve(const struct options *o) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = on_signal;
  served = map_pages(sizeof *served, false);
  sigaction(SIGTERM, &action, NULL);
  sigaction(SIGINT, &action, NULL);
  atomic_store(&served->phase, PHASE_MEASURE);
  server_run(o, served);
  report_serve(o, served);
}

static void load(const struct options *o) {
  struct shared *unused = map_pages(sizeof *unused, false);
  struct load_result *result = map_pages(sizeof *result, false);
  load_run(o, unused, o->port, result);
  report_run(o, result, NULL);
}

int main(int argc, char **argv) {
  struct options o;
  pin_remember();
  options_parse(&o, argc, argv);
  raise_descriptor_limit();
  switch (o.command) {
    case COMMAND_RUN: run_both(&o); break;
    case COMMAND_SERVE: serve(&o); break;
    case COMMAND_LOAD: load(&o); break;
    case COMMAND_MEASURE: measure(&o); break;
  }
  return fflush(stdout) == 0 ? 0 : 1;
}
