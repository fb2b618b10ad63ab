// Which system calls change files. What a program does through io_uring or through mapped memory
// is not among them: the kernel does that at a moment of its own, and no stop stands before it.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "call.h"
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include <unistd.h>

enum kind { opening, opening_by_struct, on_file, on_file_or_folder, on_names };
enum { none = -1 };

// `at` are the arguments: for openings and names a folder's descriptor (or none) and a path, twice
// where there are two names; for the others a descriptor. An opening's flags are in `flags`.
static const struct shape {
  long number;
  const char *name;
  enum kind kind;
  int8_t at[4];
  int8_t flags;
} shapes[] = {
#ifdef SYS_open
  {SYS_open, "open", opening, {none, 0, none, none}, 1},
  {SYS_creat, "creat", opening, {none, 0, none, none}, none},
  {SYS_rename, "rename", on_names, {none, 0, none, 1}, none},
  {SYS_link, "link", on_names, {none, 0, none, 1}, none},
  {SYS_symlink, "symlink", on_names, {none, 1, none, none}, none},
  {SYS_unlink, "unlink", on_names, {none, 0, none, none}, none},
  {SYS_mkdir, "mkdir", on_names, {none, 0, none, none}, none},
  {SYS_rmdir, "rmdir", on_names, {none, 0, none, none}, none},
#endif
#ifdef SYS_renameat
  {SYS_renameat, "renameat", on_names, {0, 1, 2, 3}, none},
#endif
  {SYS_openat, "openat", opening, {0, 1, none, none}, 2},
#ifdef SYS_openat2
  {SYS_openat2, "openat2", opening_by_struct, {0, 1, none, none}, 2},
#endif
  {SYS_write, "write", on_file, {0, none, none, none}, none},
  {SYS_writev, "writev", on_file, {0, none, none, none}, none},
  {SYS_pwrite64, "pwrite64", on_file, {0, none, none, none}, none},
  {SYS_pwritev, "pwritev", on_file, {0, none, none, none}, none},
  {SYS_pwritev2, "pwritev2", on_file, {0, none, none, none}, none},
  {SYS_sendfile, "sendfile", on_file, {0, none, none, none}, none},
  {SYS_copy_file_range, "copy_file_range", on_file, {2, none, none, none}, none},
  {SYS_splice, "splice", on_file, {2, none, none, none}, none},
  {SYS_ftruncate, "ftruncate", on_file, {0, none, none, none}, none},
  {SYS_fallocate, "fallocate", on_file, {0, none, none, none}, none},
  {SYS_sync_file_range, "sync_file_range", on_file, {0, none, none, none}, none},
  {SYS_fsync, "fsync", on_file_or_folder, {0, none, none, none}, none},
  {SYS_fdatasync, "fdatasync", on_file_or_folder, {0, none, none, none}, none},
  {SYS_syncfs, "syncfs", on_file_or_folder, {0, none, none, none}, none},
  {SYS_truncate, "truncate", on_names, {none, 0, none, none}, none},
  {SYS_renameat2, "renameat2", on_names, {0, 1, 2, 3}, none},
  {SYS_linkat, "linkat", on_names, {0, 1, 2, 3}, none},
  {SYS_symlinkat, "symlinkat", on_names, {1, 2, none, none}, none},
  {SYS_unlinkat, "unlinkat", on_names, {0, 1, none, none}, none},
  {SYS_mkdirat, "mkdirat", on_names, {0, 1, none, none}, none},
};

static const struct shape *shape_of(uint64_t number) {
  for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
    if ((uint64_t)shapes[i].number == number) return &shapes[i];
  }
  return NULL;
}

// Bytes of another process; how many came.
static ssize_t peek(pid_t thread, uint64_t address, void *into, size_t count) {
  struct iovec here = {into, count};
  struct iovec there = {(void *)(uintptr_t)address, count};
  return process_vm_readv(thread, &here, 1, &there, 1, 0);
}

// A string of another process, by pieces that end where a page does: the next may not be there.
static void peek_text(pid_t thread, uint64_t address, char *text, size_t room) {
  size_t length = 0;
  while (length + 1 < room) {
    size_t count = 4096 - (address + length) % 4096;
    if (count > room - 1 - length) count = room - 1 - length;
    ssize_t got = peek(thread, address + length, text + length, count);
    if (got <= 0) break;
    if (memchr(text + length, 0, (size_t)got) != NULL) return;
    length += (size_t)got;
  }
  text[length] = 0;
}

static void path_of_descriptor(pid_t thread, int descriptor, char path[4096]) {
  char link[64];
  if (descriptor == AT_FDCWD) {
    snprintf(link, sizeof link, "/proc/%d/cwd", thread);
  } else {
    snprintf(link, sizeof link, "/proc/%d/fd/%d", thread, descriptor);
  }
  ssize_t length = readlink(link, path, 4095);
  path[length < 0 ? 0 : length] = 0;
}

// Which file names are for: the folder's path, if the name needs one, and the name.
static void path_of_name(
    pid_t thread, const uint64_t arguments[6], int8_t folder, int8_t name, char path[4096]) {
  static _Thread_local char text[4096];
  path[0] = 0;
  if (name == none) return;
  peek_text(thread, arguments[name], text, sizeof text);
  size_t length = 0;
  if (text[0] != '/') {
    path_of_descriptor(thread, folder == none ? AT_FDCWD : (int)arguments[folder], path);
    length = strlen(path);
    if (length < 4095) path[length++] = '/';
  }
  size_t count = strlen(text);
  if (count > 4095 - length) count = 4095 - length;
  memcpy(path + length, text, count);
  path[length + count] = 0;
}

// Files that are switches of the kernel, or memory that no disk holds.
static int is_on_disk(const char *link, const char *path) {
  static const uint32_t kernel[] = {
    0x9fa0 /* proc */, 0x62656572 /* sysfs */, 0x63677270 /* cgroup2 */, 0x27e0eb /* cgroup */,
    0x74726163 /* tracefs */, 0x64626720 /* debugfs */,
  };
  if (strncmp(path, "/memfd:", 7) == 0) return 0;
  struct statfs system;
  if (statfs(link, &system) < 0) return 1;
  for (size_t i = 0; i < sizeof kernel / sizeof kernel[0]; i++) {
    if ((uint32_t)system.f_type == kernel[i]) return 0;
  }
  return 1;
}

// Whether a descriptor of another process is a file on disk (or a folder); its path.
static int is_file(pid_t thread, int descriptor, int or_folder, char path[4096]) {
  char link[64];
  struct stat facts;
  snprintf(link, sizeof link, "/proc/%d/fd/%d", thread, descriptor);
  if (stat(link, &facts) < 0) return 0;
  if (!S_ISREG(facts.st_mode) && !(or_folder && S_ISDIR(facts.st_mode))) return 0;
  path_of_descriptor(thread, descriptor, path);
  return is_on_disk(link, path);
}

static int opens_for_change(pid_t thread, const struct shape *shape, const uint64_t arguments[6]) {
  if (shape->flags == none) return 1;
  uint64_t flags = arguments[shape->flags];
  if (shape->kind == opening_by_struct) {
    if (peek(thread, flags, &flags, sizeof flags) != sizeof flags) return 1;
  }
  int makes_unnamed = (flags & O_TMPFILE) == O_TMPFILE;
  return (flags & (O_CREAT | O_TRUNC)) != 0 || makes_unnamed;
}

int call_submits(const struct call_stop *stop) {
#ifdef SYS_io_uring_enter
  return stop->entry.number == SYS_io_uring_enter && stop->entry.arguments[1] > 0;
#else
  return 0;
#endif
}

int call_enters(pid_t thread, const struct call_stop *stop, struct call *call) {
  const struct shape *shape = shape_of(stop->entry.number);
  if (shape == NULL) return 0;
  const uint64_t *arguments = stop->entry.arguments;
  call->name = shape->name;
  call->opens = 0;
  call->paths[0][0] = call->paths[1][0] = 0;
  switch (shape->kind) {
  case opening:
  case opening_by_struct:
    call->opens = 1;
    path_of_name(thread, arguments, shape->at[0], shape->at[1], call->paths[0]);
    return opens_for_change(thread, shape, arguments);
  case on_file:
  case on_file_or_folder:
    return is_file(
        thread, (int)arguments[shape->at[0]], shape->kind == on_file_or_folder, call->paths[0]);
  case on_names:
    path_of_name(thread, arguments, shape->at[0], shape->at[1], call->paths[0]);
    path_of_name(thread, arguments, shape->at[2], shape->at[3], call->paths[1]);
    return 1;
  }
  return 0;
}

int call_counts(pid_t thread, const struct call_stop *stop, const struct call *call) {
  static _Thread_local char path[4096];
  if (stop->exit.is_error) return 0;
  // Making or emptying something that is no file, /dev/null for example, changes nothing.
  return !call->opens || is_file(thread, (int)stop->exit.result, 1, path);
}
