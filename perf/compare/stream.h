// A connected socket with a buffer either way.
#ifndef COMPARE_STREAM_H
#define COMPARE_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct stream {
  int descriptor;
  uint8_t *out, *in;
  size_t out_start, out_end, out_room;
  size_t in_start, in_end, in_room;
};

// Takes a descriptor and makes it non-blocking.
void stream_init(struct stream *s, int descriptor);
void stream_free(struct stream *s);

// Connects to HOST:PORT, or to a Unix socket when the name begins with a slash.
int stream_connect(const char *where);

// Room for so many bytes at the end of what goes out; stream_wrote says how many were used.
uint8_t *stream_room(struct stream *s, size_t count);
static inline void stream_wrote(struct stream *s, size_t count) { s->out_end += count; }
void stream_put(struct stream *s, const void *bytes, size_t count);

// Sends what can be sent now; whether all is sent.
bool stream_flush(struct stream *s);
// Receives what is there; whether anything came.
bool stream_receive(struct stream *s);
// Sends everything, then waits until something came.
void stream_wait(struct stream *s);

static inline const uint8_t *stream_bytes(const struct stream *s) { return s->in + s->in_start; }
static inline size_t stream_count(const struct stream *s) { return s->in_end - s->in_start; }
static inline void stream_took(struct stream *s, size_t count) { s->in_start += count; }

#endif
