#include "CFuzz.h"

#if __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>

void fuzz_poison(const void *memory, size_t byte_count) {
  __asan_poison_memory_region(memory, byte_count);
}

void fuzz_unpoison(const void *memory, size_t byte_count) {
  __asan_unpoison_memory_region(memory, byte_count);
}
#else
void fuzz_poison(const void *memory, size_t byte_count) {
  (void)memory;
  (void)byte_count;
}

void fuzz_unpoison(const void *memory, size_t byte_count) {
  (void)memory;
  (void)byte_count;
}
#endif
