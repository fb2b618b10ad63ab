#ifndef ROSTRUM_CFUZZ_H
#define ROSTRUM_CFUZZ_H

#include <stddef.h>

// Memory that must not be touched: AddressSanitizer reports it. Nothing without it.
void fuzz_poison(const void *memory, size_t byte_count);
void fuzz_unpoison(const void *memory, size_t byte_count);

#endif
