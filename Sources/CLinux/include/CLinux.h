// The kernel: io_uring, threads' affinity, sockets, files, clocks, the allocator's own figures.
// The only C that makes system calls. Whatever Swift cannot call or see is wrapped here.
#ifndef ROSTRUM_CLINUX_H
#define ROSTRUM_CLINUX_H

#include "CLinuxUring.h"
#include <stddef.h>
#include <stdint.h>

/// The present time of a clock in nanoseconds.
RL_HOT uint64_t rl_wall_time_ns(void);
RL_HOT uint64_t rl_monotonic_time_ns(void);

/// Starts a thread that runs `body(argument)`; pinned to `core` unless that is negative.
/// Returns 0 or an errno. `rl_thread_join` waits for its end.
int rl_thread_start(uint64_t *thread, int core, void *(*body)(void *), void *argument);
int rl_thread_join(uint64_t thread);
void rl_thread_name(const char *name);
/// How many cores this process may use.
int rl_core_count(void);
/// Asks the scheduler for short turns for this thread, so that the kernel's flush worker, which may
/// share its core, never waits long for it; older kernels ignore it.
void rl_thread_slice(uint32_t microseconds);
/// Lets another thread of this core run first.
RL_HOT void rl_yield(void);

/// Blocks SIGTERM and SIGINT in this thread and those it starts later, and ignores SIGPIPE.
void rl_signals_block(void);
/// Waits for SIGTERM or SIGINT; the signal, or 0 when the time is over.
int rl_signals_wait(uint32_t milliseconds);

/// Zeroed memory of its own, on huge pages where `huge` asks for them and the kernel allows it;
/// pages are taken when first touched. NULL on failure.
void *rl_memory_map(size_t length, int huge, int populate);
void rl_memory_unmap(void *memory, size_t length);

/// A listening TCP socket, or -errno. `address` is IPv4 in network order. Waits up to a second for
/// a port that the ring of a killed server still holds.
int rl_listen(uint32_t address, uint16_t port, int backlog);
/// The local port of a socket, or -errno.
int rl_local_port(int fd);
/// A readable counter that another thread can add to; the way to wake a sleeping shard.
int rl_eventfd(void);
int rl_eventfd_add(int fd);

/// Files for the log: unbuffered (O_DIRECT) where the file system can; a failure is -errno.
int rl_open_directory(const char *path);
int rl_open_direct(int directory, const char *name, int create, int *is_direct);
/// Gives the calling thread the lowest priority.
void rl_thread_nice(void);
/// Opens a file for reading alone, past the page cache where that can be.
int rl_open_readable(int directory, const char *name);
/// Opens a file through the page cache; keeps what it holds.
int rl_open_cached(int directory, const char *name, int create);
int64_t rl_read_at(int fd, void *buffer, size_t length, uint64_t offset);
int64_t rl_write_at(int fd, const void *buffer, size_t length, uint64_t offset);
int rl_sync_data(int fd);
int rl_sync_all(int fd);
int rl_truncate(int fd, uint64_t length);
int rl_rename(int directory, const char *from, const char *to);
int rl_unlink(int directory, const char *name);
/// Makes a folder; one that is there is left. Its name is not durable before `rl_sync_parent`.
int rl_make_directory(const char *path);
int rl_is_directory(const char *path);
/// Flushes the folder that holds a folder.
int rl_sync_parent(const char *path);
int64_t rl_free_bytes(const char *path);
int64_t rl_file_bytes(int fd);
int rl_close(int fd);
/// Takes the only lock on `path` (created when missing); the descriptor, or -errno. Waits up to a
/// second for a lock that the ring of a killed server still holds.
int rl_lock_file(const char *path);
/// Permission bits of a file, or -errno.
int rl_file_mode(const char *path);
/// Names in a folder, each ended by a NUL, the list by an empty name; freed by the caller.
/// NULL on failure.
char *rl_list_directory(const char *path);
/// Gives back what `rl_list_directory` gave.
void rl_free(void *memory);
/// Bytes of a regular file of a folder, or -errno; -EISDIR for what is no file.
int64_t rl_named_file_bytes(int directory, const char *name);
const char *rl_error_text(int error);
/// The most descriptors that this process may have now.
uint64_t rl_descriptor_limit(void);
/// Lets this process have as many descriptors as its hard limit says; how many it may have then.
uint64_t rl_raise_descriptor_limit(void);

/// The allocator's version, "" when malloc is not jemalloc's.
const char *rl_allocator_version(void);
/// Bytes that this thread has asked the allocator for, ever; counts up even when they are freed.
RL_HOT uint64_t rl_thread_allocated_bytes(void);

#endif
