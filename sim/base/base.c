/* Allocation that cannot fail, and the clock. See base.h. */
#include "config.h"

#include "sim/base/base.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void *
check(void *p)
{
    if (!p) {
        fputs("ebpfdbg: out of memory\n", stderr);
        abort();
    }
    return p;
}

void *
xmalloc(size_t bytes)
{
    return check(malloc(bytes ? bytes : 1));
}

void *
xcalloc(size_t n, size_t bytes)
{
    return check(calloc(n ? n : 1, bytes ? bytes : 1));
}

void *
xrealloc(void *old, size_t bytes)
{
    return check(realloc(old, bytes ? bytes : 1));
}

char *
xstrdup(const char *text)
{
    return check(strdup(text));
}

char *
xstrndup(const char *text, size_t max_bytes)
{
    return check(strndup(text, max_bytes));
}

void *
grow(void *list, size_t n, size_t *cap, size_t elem_bytes)
{
    if (n < *cap)
        return list;
    *cap = *cap ? 2 * *cap : 8;
    return check(reallocarray(list, *cap, elem_bytes));
}

static uint64_t
clock_ns(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

uint64_t
now_ns(void)
{
    return clock_ns(CLOCK_MONOTONIC);
}

uint64_t
cpu_ns(void)
{
    return clock_ns(CLOCK_PROCESS_CPUTIME_ID);
}
