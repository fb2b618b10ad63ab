// Threads, memory, sockets, files and the allocator, see CLinux.h.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "CLinux.h"
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jemalloc/jemalloc.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static uint64_t clock_ns(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t rl_wall_time_ns(void) { return clock_ns(CLOCK_REALTIME); }
uint64_t rl_monotonic_time_ns(void) { return clock_ns(CLOCK_MONOTONIC); }

int rl_thread_start(uint64_t *thread, int core, void *(*body)(void *), void *argument) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  if (core >= 0) {
    cpu_set_t cores;
    CPU_ZERO(&cores);
    CPU_SET((size_t)core, &cores);
    pthread_attr_setaffinity_np(&attributes, sizeof cores, &cores);
  }
  pthread_t started = 0;
  int status = pthread_create(&started, &attributes, body, argument);
  *thread = (uint64_t)started;
  pthread_attr_destroy(&attributes);
  return status;
}

int rl_thread_join(uint64_t thread) { return pthread_join((pthread_t)thread, NULL); }
void rl_yield(void) { sched_yield(); }

// struct sched_attr of the kernel, which the C library of Debian 12 does not declare.
struct scheduling {
  uint32_t size, policy;
  uint64_t flags;
  int32_t nice;
  uint32_t priority;
  uint64_t runtime, deadline, period;
};

void rl_thread_slice(uint32_t microseconds) {
  struct scheduling attributes = {
    .size = sizeof attributes, .runtime = (uint64_t)microseconds * 1000,
  };
  syscall(SYS_sched_setattr, 0, &attributes, 0);
}
void rl_thread_name(const char *name) { pthread_setname_np(pthread_self(), name); }

int rl_core_count(void) {
  cpu_set_t cores;
  return sched_getaffinity(0, sizeof cores, &cores) == 0 ? CPU_COUNT(&cores) : 1;
}

static sigset_t stop_signals(void) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

void rl_signals_block(void) {
  sigset_t set = stop_signals();
  pthread_sigmask(SIG_BLOCK, &set, NULL);
  signal(SIGPIPE, SIG_IGN);
}

int rl_signals_wait(uint32_t milliseconds) {
  sigset_t set = stop_signals();
  struct timespec limit = {
    .tv_sec = milliseconds / 1000, .tv_nsec = (long)(milliseconds % 1000) * 1000000,
  };
  int number = sigtimedwait(&set, NULL, &limit);
  return number < 0 ? 0 : number;
}

void *rl_memory_map(size_t length, int huge, int populate) {
  const size_t page = (size_t)2 << 20;
  size_t rounded = (length + page - 1) & ~(page - 1);
  void *memory = mmap(NULL, rounded, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) return NULL;
  // Where huge pages are given to everybody, a little of each table's many parts would take it all.
  madvise(memory, rounded, huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
  // Where the kernel is older than 5.14 or short of memory, pages come as they are used.
  if (populate) madvise(memory, rounded, MADV_POPULATE_WRITE);
  return memory;
}

void rl_memory_unmap(void *memory, size_t length) {
  const size_t page = (size_t)2 << 20;
  munmap(memory, (length + page - 1) & ~(page - 1));
}

// The kernel takes a killed process's ring apart after the process is gone, and only when the last
// write in it has ended; until then the ring holds the port and the lock of the data folder.
static int ring_may_linger(int tries) {
  if (tries >= 200) {
    return 0;
  }
  int error = errno;
  struct timespec pause = {.tv_sec = 0, .tv_nsec = 5000000};
  nanosleep(&pause, NULL);
  errno = error;
  return 1;
}

int rl_listen(uint32_t address, uint16_t port, int backlog) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return -errno;
  int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  // Accepted sockets inherit it; they have no descriptor of their own to set it on.
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  struct sockaddr_in name = {
    .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {.s_addr = address},
  };
  int bound = 0;
  for (int tries = 0;; tries++) {
    bound = bound || bind(fd, (struct sockaddr *)&name, sizeof name) == 0;
    if (bound && listen(fd, backlog) == 0) return fd;
    if (errno != EADDRINUSE || !ring_may_linger(tries)) break;
  }
  int error = errno;
  close(fd);
  return -error;
}

int rl_local_port(int fd) {
  struct sockaddr_in name;
  socklen_t length = sizeof name;
  if (getsockname(fd, (struct sockaddr *)&name, &length) < 0) return -errno;
  return ntohs(name.sin_port);
}

int rl_eventfd(void) {
  int fd = eventfd(0, EFD_CLOEXEC);
  return fd < 0 ? -errno : fd;
}

int rl_eventfd_add(int fd) { return eventfd_write(fd, 1) < 0 ? -errno : 0; }

int rl_open_directory(const char *path) {
  int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  return fd < 0 ? -errno : fd;
}

int rl_open_direct(int directory, const char *name, int create, int *is_direct) {
  int flags = O_RDWR | O_CLOEXEC | (create ? O_CREAT | O_TRUNC : 0);
  int fd = openat(directory, name, flags | O_DIRECT, 0600);
  *is_direct = fd >= 0;
  // tmpfs before Linux 6.6 and some overlays have no O_DIRECT: slower to trust, but correct.
  if (fd < 0 && errno == EINVAL) fd = openat(directory, name, flags, 0600);
  return fd < 0 ? -errno : fd;
}

void rl_thread_nice(void) {
  // On Linux a thread has a niceness of its own; failing changes nothing but the pace.
  setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), 19);
}

int rl_open_readable(int directory, const char *name) {
  int fd = openat(directory, name, O_RDONLY | O_CLOEXEC | O_DIRECT);
  if (fd < 0 && errno == EINVAL) fd = openat(directory, name, O_RDONLY | O_CLOEXEC);
  return fd < 0 ? -errno : fd;
}

int rl_open_cached(int directory, const char *name, int create) {
  int flags = O_RDWR | O_CLOEXEC | (create ? O_CREAT : 0);
  int fd = openat(directory, name, flags, 0600);
  return fd < 0 ? -errno : fd;
}

int64_t rl_read_at(int fd, void *buffer, size_t length, uint64_t offset) {
  ssize_t count;
  do count = pread(fd, buffer, length, (off_t)offset); while (count < 0 && errno == EINTR);
  return count < 0 ? -errno : count;
}

int64_t rl_write_at(int fd, const void *buffer, size_t length, uint64_t offset) {
  ssize_t count;
  do count = pwrite(fd, buffer, length, (off_t)offset); while (count < 0 && errno == EINTR);
  return count < 0 ? -errno : count;
}

int rl_sync_data(int fd) { return fdatasync(fd) < 0 ? -errno : 0; }
int rl_sync_all(int fd) { return fsync(fd) < 0 ? -errno : 0; }
int rl_truncate(int fd, uint64_t length) { return ftruncate(fd, (off_t)length) < 0 ? -errno : 0; }

int rl_rename(int directory, const char *from, const char *to) {
  return renameat(directory, from, directory, to) < 0 ? -errno : 0;
}

int rl_unlink(int directory, const char *name) {
  return unlinkat(directory, name, 0) < 0 ? -errno : 0;
}

int rl_make_directory(const char *path) {
  return mkdir(path, 0700) < 0 && errno != EEXIST ? -errno : 0;
}

int rl_is_directory(const char *path) {
  struct stat info;
  return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

int rl_sync_parent(const char *path) {
  int directory = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return -errno;
  // By "..", so that it is the folder that holds this one, whatever links the path goes through.
  int parent = openat(directory, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  int error = parent < 0 || fsync(parent) < 0 ? errno : 0;
  if (parent >= 0) close(parent);
  close(directory);
  return -error;
}

int64_t rl_free_bytes(const char *path) {
  struct statvfs info;
  if (statvfs(path, &info) < 0) return -errno;
  return (int64_t)info.f_bavail * (int64_t)info.f_frsize;
}

int64_t rl_file_bytes(int fd) {
  struct stat info;
  return fstat(fd, &info) < 0 ? -errno : (int64_t)info.st_size;
}

int rl_close(int fd) { return close(fd) < 0 ? -errno : 0; }

int rl_lock_file(const char *path) {
  int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return -errno;
  for (int tries = 0;; tries++) {
    if (flock(fd, LOCK_EX | LOCK_NB) == 0) return fd;
    if (errno != EWOULDBLOCK || !ring_may_linger(tries)) break;
  }
  int error = errno;
  close(fd);
  return -error;
}

int rl_file_mode(const char *path) {
  struct stat info;
  return stat(path, &info) < 0 ? -errno : (int)(info.st_mode & 07777);
}

char *rl_list_directory(const char *path) {
  DIR *directory = opendir(path);
  if (!directory) return NULL;
  size_t used = 0, room = 4096;
  char *names = malloc(room);
  struct dirent *entry;
  while ((entry = readdir(directory)) != NULL) {
    size_t length = strlen(entry->d_name) + 1;
    if (used + length + 1 > room) names = realloc(names, room = 2 * room + length);
    memcpy(names + used, entry->d_name, length);
    used += length;
  }
  names[used] = 0;
  closedir(directory);
  return names;
}

void rl_free(void *memory) { free(memory); }

int64_t rl_named_file_bytes(int directory, const char *name) {
  struct stat info;
  if (fstatat(directory, name, &info, AT_SYMLINK_NOFOLLOW) < 0) return -errno;
  return S_ISREG(info.st_mode) ? (int64_t)info.st_size : -EISDIR;
}

const char *rl_error_text(int error) {
  const char *text = strerrordesc_np(error);
  return text ? text : "?";
}

uint64_t rl_raise_descriptor_limit(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
  }
  return rl_descriptor_limit();
}

uint64_t rl_descriptor_limit(void) {
  struct rlimit limit;
  return getrlimit(RLIMIT_NOFILE, &limit) < 0 ? 1024 : limit.rlim_cur;
}

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define RL_SANITIZED 1
#endif
#endif

const char *rl_allocator_version(void) {
#ifdef RL_SANITIZED
  // The sanitizer's malloc stands in its place: such a build checks memory, and nobody serves it.
  return "replaced by AddressSanitizer";
#else
  // Asking jemalloc proves that it is linked; that a block from malloc is one of its own proves
  // that malloc is it: only then does its count of this thread's bytes move.
  const char *version = NULL;
  size_t length = sizeof version;
  if (mallctl("version", &version, &length, NULL, 0) != 0) return "";
  uint64_t before = rl_thread_allocated_bytes();
  void *volatile block = malloc(100000);
  uint64_t after = rl_thread_allocated_bytes();
  free(block);
  return after >= before + 100000 ? version : "";
#endif
}

uint64_t rl_thread_allocated_bytes(void) {
  uint64_t bytes = 0;
  size_t length = sizeof bytes;
  return mallctl("thread.allocated", &bytes, &length, NULL, 0) == 0 ? bytes : 0;
}
