// The kernel: io_uring, threads' affinity, sockets, files, clocks, the allocator's own figures.
// The only C that makes system calls. Whatever Swift cannot call or see is wrapped here.
#ifndef ROSTRUM_CLINUX_H
#define ROSTRUM_CLINUX_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <liburing.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#endif
