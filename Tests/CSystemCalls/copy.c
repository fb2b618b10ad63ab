// Copies of data folders, one a trial: what is zero is not written.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "CSystemCalls.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { piece = 1 << 20, block = 1 << 16 };

static int is_zero(const char *bytes, size_t count) {
  return bytes[0] == 0 && memcmp(bytes, bytes + 1, count - 1) == 0;
}

static int write_piece(int to, const char *bytes, size_t count, off_t offset) {
  for (size_t start = 0; start < count; start += block) {
    size_t length = count - start < block ? count - start : block;
    if (is_zero(bytes + start, length)) continue;
    ssize_t written = pwrite(to, bytes + start, length, offset + (off_t)start);
    if (written != (ssize_t)length) return written < 0 ? errno : EIO;
  }
  return 0;
}

static int copy_bytes(int from, int to, char *bytes) {
  off_t offset = 0;
  for (;;) {
    ssize_t count = pread(from, bytes, piece, offset);
    if (count < 0) return errno;
    if (count == 0) return ftruncate(to, offset) < 0 ? errno : 0;
    int failure = write_piece(to, bytes, (size_t)count, offset);
    if (failure != 0) return failure;
    offset += count;
  }
}

int rostrum_copy_file(const char *from, const char *to) {
  int source = open(from, O_RDONLY | O_CLOEXEC);
  if (source < 0) return errno;
  struct stat facts;
  int target = -1, failure = 0;
  char *bytes = malloc(piece);
  if (bytes == NULL || fstat(source, &facts) < 0) {
    failure = errno;
  } else {
    target = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, facts.st_mode & 0777);
    failure = target < 0 ? errno : copy_bytes(source, target, bytes);
  }
  free(bytes);
  close(source);
  if (target >= 0) close(target);
  return failure;
}
