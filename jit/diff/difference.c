/* Differences. See difference.h. */
#include "config.h"

#include "jit/diff/difference.h"

#include <stdio.h>
#include <string.h>

bool
differ(struct difference *d, enum difference_kind kind, const char *name, uint64_t left, uint64_t right)
{
    if (left == right)
        return false;
    *d = (struct difference){ .kind = kind, .left = left, .right = right };
    snprintf(d->name, sizeof d->name, "%s", name);
    return true;
}

bool
bytes_differ(struct difference *d, enum difference_kind kind, const char *name, uint64_t at, const void *left, const void *right,
             uint32_t n)
{
    const uint8_t *a = left, *b = right;
    if (!memcmp(a, b, n))
        return false;
    uint32_t i = 0;
    while (a[i] == b[i])
        i++;
    differ(d, kind, name, a[i], b[i]);
    d->addr = at + i;
    return true;
}
