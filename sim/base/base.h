/* Small things that every room uses: allocation that cannot fail, array sizes, rounding.
 * Not for anything that knows what eBPF is. */
#ifndef SIM_BASE_BASE_H
#define SIM_BASE_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define ROUND_UP(n, align) (((n) + (align) - 1) / (align) * (align))

#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

/* malloc, calloc, realloc and strdup that abort with a message when memory is exhausted. A size that comes from a file is
 * bounded by the caller BEFORE it gets here. The caller owns the result and frees it with free(). */
void *xmalloc(size_t bytes);
void *xcalloc(size_t n, size_t bytes);
void *xrealloc(void *old, size_t bytes);
char *xstrdup(const char *text);
char *xstrndup(const char *text, size_t max_bytes);

/* Makes room for element `n` of a growing array: doubles *cap (elements) when n == *cap. Usage:
 *     list = grow(list, list_n, &list_cap, sizeof *list);  list[list_n++] = x; */
void *grow(void *list, size_t n, size_t *cap, size_t elem_bytes);

/* CLOCK_MONOTONIC in nanoseconds. For progress and benchmarks; never for what a guest can see. */
uint64_t now_ns(void);

/* Processor time of this process in nanoseconds, whatever else the machine is doing. Async-signal-safe. */
uint64_t cpu_ns(void);

#endif
