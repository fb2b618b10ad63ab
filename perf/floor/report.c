// What the commands print: a few lines for people, or one JSON object.
#include <stdio.h>

#include "floor.h"
#include "frames.h"

static double us(uint64_t ns) { return (double)ns / 1000; }

void report_quantiles(const char *prefix, const struct histogram *h, bool json) {
  if (json) {
    printf(",\"%sp50_us\":%.1f,\"%sp90_us\":%.1f,\"%sp99_us\":%.1f,\"%sp999_us\":%.1f,"
           "\"%smax_us\":%.1f,\"%smean_us\":%.1f", prefix, us(histogram_at(h, 0.5)), prefix,
           us(histogram_at(h, 0.9)), prefix, us(histogram_at(h, 0.99)), prefix,
           us(histogram_at(h, 0.999)), prefix, us(h->max), prefix, histogram_mean(h) / 1000);
    return;
  }
  printf("p50 %.1f  p90 %.1f  p99 %.1f  p99.9 %.1f  max %.1f us\n", us(histogram_at(h, 0.5)),
         us(histogram_at(h, 0.9)), us(histogram_at(h, 0.99)), us(histogram_at(h, 0.999)),
         us(h->max));
}

static void report_server(const struct shared *s, double seconds, bool json) {
  double millions = (double)s->records / 1e6;
  double mean = s->batches ? (double)s->records / (double)s->batches : 0;
  double cpu = millions > 0 ? s->cpu_seconds / millions : 0;
  if (json) {
    printf(",\"batches\":%llu,\"records_per_batch\":%.2f,\"bytes_written\":%llu,\"sends\":%llu,"
           "\"holds\":%llu,\"server_turns\":%llu,\"server_cpu_seconds\":%.3f,"
           "\"server_cpu_seconds_per_million\":%.3f", (unsigned long long)s->batches, mean,
           (unsigned long long)s->bytes_written, (unsigned long long)s->sends,
           (unsigned long long)s->holds,
           (unsigned long long)s->turns, s->cpu_seconds, cpu);
    report_quantiles("flush_", &s->flush, true);
    return;
  }
  printf("flush        ");
  report_quantiles("", &s->flush, false);
  printf("batches      %llu (%.0f/s), %.1f records each, %.1f MB/s written\n",
         (unsigned long long)s->batches, (double)s->batches / seconds, mean,
         (double)s->bytes_written / seconds / 1e6);
  printf("server CPU   %.2f s, %.3f s a million (polling included)\n", s->cpu_seconds, cpu);
}

static void report_settings(const struct options *o) {
  printf("{\"tool\":\"floor\",\"command\":\"%s\",\"mode\":\"%s\",\"connections\":%u,\"window\":%u,"
         "\"threads\":%u,\"flush\":\"%s\",\"hold\":%s,\"wait\":\"%s\",\"poll_us\":%u,"
         "\"server_core\":%d,\"load_core\":%d,"
         "\"flush_core\":%d,\"request_bytes\":%zu,\"reply_bytes\":%zu,\"record_bytes\":%zu",
         o->command == COMMAND_LOAD ? "load" : "run", o->rate > 0 ? "open" : "closed",
         o->connections, o->rate > 0 ? 0 : o->window, o->threads,
         o->dsync ? "dsync" : "fdatasync", o->hold ? "true" : "false",
         waiting_names[o->waiting], o->poll_us, o->server_core, o->load_core, o->flush_core,
         sizeof(struct request), sizeof(struct reply), sizeof(struct record));
}

static void report_json(const struct options *o, const struct load_result *r,
                        const struct shared *s) {
  report_settings(o);
  printf(",\"seconds\":%.3f,\"offered\":%.1f,\"achieved\":%.1f,\"acknowledged\":%llu,"
         "\"late_sends\":%llu,\"send_delay_max_us\":%.1f,\"in_flight_max\":%u,\"errors\":%llu,"
         "\"lost\":%llu", r->seconds, r->offered, (double)r->operations / r->seconds,
         (unsigned long long)r->operations, (unsigned long long)r->late_sends,
         us(r->send_delay_max_ns), r->in_flight_max, (unsigned long long)r->errors,
         (unsigned long long)r->lost);
  report_quantiles("", &r->latency, true);
  if (s) report_server(s, r->seconds, true);
  printf("}\n");
}

void report_run(const struct options *o, const struct load_result *r, const struct shared *s) {
  if (r->operations == 0) die("no request was answered in the measured time");
  if (o->json) {
    report_json(o, r, s);
  } else {
    printf("%u connections, ", o->connections);
    if (o->rate > 0) printf("open loop, %.0f/s offered", o->rate);
    else printf("closed loop, %u in flight each", o->window);
    printf(", %u thread%s\n", o->threads, o->threads == 1 ? "" : "s");
    printf("achieved     %.0f durable operations/s over %.1f s\n",
           (double)r->operations / r->seconds, r->seconds);
    printf("latency      ");
    report_quantiles("", &r->latency, false);
    if (o->rate > 0)
      printf("late sends   %llu (over 100 us), longest %.1f us\n",
             (unsigned long long)r->late_sends, us(r->send_delay_max_ns));
    printf("in flight    %u at most, %llu lost, %llu errors\n", r->in_flight_max,
           (unsigned long long)r->lost, (unsigned long long)r->errors);
    if (s) report_server(s, r->seconds, false);
  }
  if (r->errors > 0) die("replies did not match their requests");
}

void report_ready(const struct options *o, const struct shared *s) {
  unsigned port = atomic_load(&s->port);
  if (o->json) printf("{\"ready\":true,\"port\":%u}\n", port);
  else printf("ready on 127.0.0.1:%u\n", port);
  fflush(stdout);
}

void report_serve(const struct options *o, const struct shared *s) {
  if (o->json) printf("{\"tool\":\"floor\",\"command\":\"serve\",\"records\":%llu",
                      (unsigned long long)s->records);
  report_server(s, o->seconds, o->json);
  if (o->json) printf("}\n");
}
