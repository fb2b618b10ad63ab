#include "stream.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <arpa/inet.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "util.h"

enum { FIRST_ROOM = 1 << 16 };

void stream_init(struct stream *s, int descriptor) {
  *s = (struct stream){.descriptor = descriptor, .out_room = FIRST_ROOM, .in_room = FIRST_ROOM};
  s->out = need(malloc(s->out_room));
  s->in = need(malloc(s->in_room));
  int flags = fcntl(descriptor, F_GETFL);
  if (flags < 0 || fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) < 0) die_errno("fcntl");
}

void stream_free(struct stream *s) {
  free(s->out);
  free(s->in);
}

static int connect_unix(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof address.sun_path) die("the socket's path is too long: %s", path);
  strcpy(address.sun_path, path);
  int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) die_errno("socket");
  if (connect(descriptor, (struct sockaddr *)&address, sizeof address) < 0) die_errno(path);
  return descriptor;
}

int stream_connect(const char *where) {
  if (where[0] == '/') return connect_unix(where);
  struct sockaddr_in address = {.sin_family = AF_INET};
  char host[64];
  const char *colon = strrchr(where, ':');
  if (!colon || (size_t)(colon - where) >= sizeof host) die("not HOST:PORT: %s", where);
  memcpy(host, where, (size_t)(colon - where));
  host[colon - where] = 0;
  address.sin_port = htons((uint16_t)atoi(colon + 1));
  if (inet_pton(AF_INET, host, &address.sin_addr) != 1) die("not an IPv4 address: %s", host);
  int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) die_errno("socket");
  if (connect(descriptor, (struct sockaddr *)&address, sizeof address) < 0) die_errno(where);
  int one = 1;
  setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  return descriptor;
}

uint8_t *stream_room(struct stream *s, size_t count) {
  if (s->out_start == s->out_end) s->out_start = s->out_end = 0;
  while (s->out_room - s->out_end < count) {
    s->out_room *= 2;
    s->out = need(realloc(s->out, s->out_room));
  }
  return s->out + s->out_end;
}

void stream_put(struct stream *s, const void *bytes, size_t count) {
  memcpy(stream_room(s, count), bytes, count);
  stream_wrote(s, count);
}

bool stream_flush(struct stream *s) {
  while (s->out_start < s->out_end) {
    ssize_t sent =
        send(s->descriptor, s->out + s->out_start, s->out_end - s->out_start, MSG_NOSIGNAL);
    if (sent > 0) {
      s->out_start += (size_t)sent;
    } else if (errno == EAGAIN) {
      return false;
    } else if (errno != EINTR) {
      die_errno("send");
    }
  }
  return true;
}

static void make_room(struct stream *s) {
  if (s->in_start == s->in_end) {
    s->in_start = s->in_end = 0;
  } else if (s->in_room - s->in_end < FIRST_ROOM / 4) {
    memmove(s->in, s->in + s->in_start, s->in_end - s->in_start);
    s->in_end -= s->in_start;
    s->in_start = 0;
  }
  if (s->in_room - s->in_end < FIRST_ROOM / 4) {
    s->in_room *= 2;
    s->in = need(realloc(s->in, s->in_room));
  }
}

bool stream_receive(struct stream *s) {
  make_room(s);
  ssize_t got = recv(s->descriptor, s->in + s->in_end, s->in_room - s->in_end, 0);
  if (got == 0) die("the server closed the connection");
  if (got < 0) {
    if (errno != EAGAIN && errno != EINTR) die_errno("recv");
    return false;
  }
  s->in_end += (size_t)got;
  return true;
}

void stream_wait(struct stream *s) {
  for (;;) {
    short events = stream_flush(s) ? POLLIN : POLLIN | POLLOUT;
    if (stream_receive(s)) return;
    struct pollfd one = {.fd = s->descriptor, .events = events};
    if (poll(&one, 1, 10000) == 0) die("the server does not answer");
  }
}
