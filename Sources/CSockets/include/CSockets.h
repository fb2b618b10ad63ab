// TCP sockets of a client: plain POSIX calls that never block, each returning -errno on failure.
// A client serves at most some hundreds of sockets, so it needs no io_uring; and a module of its
// own keeps liburing and jemalloc out of programs that only want the client. No _GNU_SOURCE here:
// the Swift overlay of glibc is built without it, and both are imported by the same files.
#ifndef ROSTRUM_CSOCKETS_H
#define ROSTRUM_CSOCKETS_H

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define ROSTRUM_NET_HOT __attribute__((swift_attr("@_noLocks")))

static inline int32_t rostrum_net_result(ssize_t result) {
  return result < 0 ? -errno : (int32_t)result;
}

/// Starts to connect: the descriptor, or -errno. The connection stands when the socket can be
/// written and `rostrum_net_connect_result` gives 0.
static inline int32_t rostrum_net_connect(uint32_t address, uint16_t port) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return -errno;
  int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  struct sockaddr_in peer;
  memset(&peer, 0, sizeof peer);
  peer.sin_family = AF_INET;
  peer.sin_port = htons(port);
  peer.sin_addr.s_addr = htonl(address);
  if (connect(fd, (const struct sockaddr *)&peer, sizeof peer) == 0 || errno == EINPROGRESS)
    return fd;
  int failure = errno;
  close(fd);
  return -failure;
}

/// 0 when the connection stands, else -errno.
static inline int32_t rostrum_net_connect_result(int32_t fd) {
  int failure = 0;
  socklen_t length = sizeof failure;
  if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &failure, &length) < 0) return -errno;
  return -failure;
}

/// Bytes taken by the kernel, or -errno (-EAGAIN when it takes none now).
ROSTRUM_NET_HOT static inline int32_t rostrum_net_send(
    int32_t fd, const void *bytes, uint32_t count) {
  return rostrum_net_result(send(fd, bytes, count, MSG_NOSIGNAL | MSG_DONTWAIT));
}

/// Bytes read, 0 when the peer closed, or -errno (-EAGAIN when there are none now).
ROSTRUM_NET_HOT static inline int32_t rostrum_net_receive(int32_t fd, void *bytes, uint32_t count) {
  return rostrum_net_result(recv(fd, bytes, count, MSG_DONTWAIT));
}

/// Lets another thread have this core, when one waits for it.
static inline void rostrum_net_yield(void) { sched_yield(); }

static inline void rostrum_net_close(int32_t fd) { close(fd); }

/// Waits up to `timeout_ms` (-1 = for ever) until one of the descriptors is ready.
static inline int32_t rostrum_net_poll(struct pollfd *set, uint32_t count, int32_t timeout_ms) {
  return rostrum_net_result(poll(set, count, timeout_ms));
}

/// An epoll set for many descriptors, or -errno.
static inline int32_t rostrum_net_epoll_open(void) {
  return rostrum_net_result(epoll_create1(EPOLL_CLOEXEC));
}

/// Adds a descriptor for reading; a closed descriptor leaves by itself.
static inline int32_t rostrum_net_epoll_add(int32_t set, int32_t fd, uint32_t index) {
  struct epoll_event event;
  memset(&event, 0, sizeof event);
  event.events = EPOLLIN | EPOLLRDHUP;
  event.data.u32 = index;
  return rostrum_net_result(epoll_ctl(set, EPOLL_CTL_ADD, fd, &event));
}

/// Writes the indexes of at most 64 ready descriptors; how many, or -errno.
static inline int32_t rostrum_net_epoll_wait(int32_t set, uint32_t *indexes, int32_t timeout_ms) {
  struct epoll_event events[64];
  int count = epoll_wait(set, events, 64, timeout_ms);
  for (int i = 0; i < count; i++) indexes[i] = events[i].data.u32;
  return rostrum_net_result(count);
}

/// The first IPv4 address of a host name in host byte order: 0, or the error of getaddrinfo.
static inline int32_t rostrum_net_resolve(const char *host, uint32_t *address) {
  struct addrinfo hints;
  memset(&hints, 0, sizeof hints);
  hints.ai_family = AF_INET;
  hints.ai_socktype = SOCK_STREAM;
  struct addrinfo *found = NULL;
  int failure = getaddrinfo(host, NULL, &hints, &found);
  if (failure != 0) return failure;
  *address = ntohl(((struct sockaddr_in *)found->ai_addr)->sin_addr.s_addr);
  freeaddrinfo(found);
  return 0;
}

/// What an error of `rostrum_net_resolve` means.
static inline const char *rostrum_net_resolve_error(int32_t failure) {
  return gai_strerror(failure);
}

/// Nanoseconds of a clock that never steps backwards.
ROSTRUM_NET_HOT static inline uint64_t rostrum_net_monotonic_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/// Nanoseconds since the Unix epoch, UTC.
ROSTRUM_NET_HOT static inline uint64_t rostrum_net_wall_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/// The CPU time of this process so far, in nanoseconds.
static inline uint64_t rostrum_net_cpu_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/// What an error number means.
static inline const char *rostrum_net_error_text(int32_t error_number) {
  return strerror(error_number);
}

/// Lets this process open as many descriptors as it may; how many, or -errno.
static inline int64_t rostrum_net_raise_descriptor_limit(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) < 0) return -errno;
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limit) < 0) return -errno;
  return (int64_t)limit.rlim_cur;
}

#endif
