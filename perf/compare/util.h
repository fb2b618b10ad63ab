#ifndef COMPARE_UTIL_H
#define COMPARE_UTIL_H

#include <stdint.h>

// Ends the program with a message.
void die(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));
void die_errno(const char *what) __attribute__((noreturn));
// The pointer, unless memory is out.
void *need(void *pointer);

uint64_t now_ns(void);
uint64_t wall_ns(void);

// What a server has used so far: the process and all its descendants, also those that have ended.
struct usage {
  double cpu_seconds;
  uint64_t bytes_written;
};
void usage_read(struct usage *usage, int process);

#endif
