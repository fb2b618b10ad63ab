// What the two halves of the library share.
#ifndef ROSTRUM_FAULTY_CALLS_H
#define ROSTRUM_FAULTY_CALLS_H

#include "CFileFaults.h"

// Whether a call on a path is to be changed; always 0 in a process without `ROSTRUM_FAULTS`.
int faulty_meets(uint32_t call, const char *path, struct rostrum_fault *fault);

// The path of an open file; empty when it has none.
void faulty_path(int fd, char *path, unsigned long room);

// The function that this library stands before.
void *faulty_next(const char *name);

#endif
