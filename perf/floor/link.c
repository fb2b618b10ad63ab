#include "link.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

static int connect_to(unsigned port) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  check(fd, "socket");
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int one = 1, bytes = 4 << 20;
  check(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one), "TCP_NODELAY");
  check(setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes), "SO_SNDBUF");
  check(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes), "SO_RCVBUF");
  if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0)
    die("cannot connect to 127.0.0.1:%u: %s", port, strerror(errno));
  return fd;
}

void link_open(struct link *l, unsigned port, uint32_t window) {
  memset(l, 0, sizeof *l);
  l->window = window;
  uint32_t slots = 1;
  while (slots < window) slots *= 2;
  l->times = map_pages(slots * sizeof *l->times, false);
  l->times_mask = slots - 1;
  l->out = map_pages(window * sizeof *l->out, false);
  for (uint32_t i = 0; i < window; i++)
    l->out[i] = (struct request){
      .header = {.frame_length = sizeof *l->out, .template_id = TEMPLATE_PLACE_BID,
                 .block_length = sizeof *l->out - sizeof l->out->header,
                 .schema_id = 1, .version = 1},
      .bidder_id = 1, .amount = 100, .currency = 840,
    };
  l->fd = connect_to(port);
}

void link_close(struct link *l) {
  close(l->fd);
  munmap(l->times, (l->times_mask + 1) * sizeof *l->times);
  munmap(l->out, l->window * sizeof *l->out);
}

bool link_has_room(const struct link *l) {
  return l->in_flight < l->window && l->out_done == 0 &&
         l->out_bytes < l->window * sizeof *l->out;
}

void link_stage(struct link *l, uint64_t time) {
  struct request *q = &l->out[l->out_bytes / sizeof *q];
  l->times[l->sent_count & l->times_mask] = time;
  q->header.sequence = ++l->sent_count;
  q->client_ref = l->sent_count;
  q->auction_id = l->sent_count * 0x9e3779b97f4a7c15ULL >> 50;
  q->client_time = time;
  l->out_bytes += sizeof *q;
  l->in_flight++;
}

void link_send(struct link *l) {
  if (l->out_bytes == 0) return;
  ssize_t n = send(l->fd, (uint8_t *)l->out + l->out_done, l->out_bytes - l->out_done,
                   MSG_DONTWAIT | MSG_NOSIGNAL);
  if (n < 0) {
    if (errno == EAGAIN || errno == EINTR) return;
    die("send: %s", strerror(errno));
  }
  l->out_done += (uint32_t)n;
  if (l->out_done == l->out_bytes) l->out_done = l->out_bytes = 0;
}

// Replies with the same request time are one entry of the histogram.
static void count_replies(struct link *l, struct sink *sink, uint32_t count, uint64_t now) {
  struct load_result *r = sink->result;
  while (count > 0) {
    uint64_t time = l->times[l->answered_count & l->times_mask];
    uint32_t run = 1;
    while (run < count && l->times[(l->answered_count + run) & l->times_mask] == time) run++;
    uint64_t placed = sink->by_reply ? now : time;
    if (placed >= sink->begin && placed < sink->end) {
      histogram_record(&r->latency, now - time, run);
      r->operations += run;
    }
    l->answered_count += run;
    l->in_flight -= run;
    count -= run;
  }
}

static void verify(const struct link *l, const uint8_t *bytes, uint32_t index,
                   struct load_result *r) {
  struct { struct frame_header header; uint64_t client_ref; } p;
  memcpy(&p, bytes, sizeof p);  // what was received starts at any address
  uint64_t sequence = l->answered_count + index + 1;
  bool right = p.header.frame_length == sizeof(struct reply) && p.header.sequence == sequence &&
               p.client_ref == sequence;
  if (!right) r->errors++;
}

static uint32_t take(struct link *l, struct sink *sink, const uint8_t *bytes, uint32_t length) {
  uint32_t at = 0, count = 0;
  if (l->partial_bytes > 0) {
    uint32_t missing = (uint32_t)sizeof l->partial - l->partial_bytes;
    at = missing < length ? missing : length;
    memcpy(l->partial + l->partial_bytes, bytes, at);
    l->partial_bytes += at;
    if (l->partial_bytes < sizeof l->partial) return 0;
    l->partial_bytes = 0;
    verify(l, l->partial, count++, sink->result);
  }
  for (; length - at >= sizeof(struct reply); at += sizeof(struct reply))
    verify(l, bytes + at, count++, sink->result);
  l->partial_bytes = length - at;
  memcpy(l->partial, bytes + at, l->partial_bytes);
  return count;
}

int link_receive(struct link *l, struct sink *sink, uint8_t *buffer, size_t bytes) {
  ssize_t n = recv(l->fd, buffer, bytes, MSG_DONTWAIT);
  if (n == 0) return -1;
  if (n < 0) {
    if (errno == EAGAIN || errno == EINTR) return 0;
    return -1;
  }
  uint64_t now = now_ns();
  uint32_t count = take(l, sink, buffer, (uint32_t)n);
  if (count > l->in_flight) die("the server sent more replies than there were requests");
  count_replies(l, sink, count, now);
  return (int)count;
}
