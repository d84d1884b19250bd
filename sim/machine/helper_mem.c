/* Memory and strings: the functions that clang leaves as undefined symbols, and string helpers. Sizes of 0 are allowed; what can't be
 * accessed faults. */
#include "config.h"

#include "sim/machine/helper_fn.h"

#include <stdlib.h>
#include <string.h>

/* Host memory of argument n, `bytes` long; NULL with *fault filled when it can't be accessed. */
static void *
translate_arg(struct machine *m, const uint64_t args[5], unsigned n, uint64_t bytes, enum access access, struct fault *fault)
{
    void *p = memory_translate(&m->mem, args[n - 1], bytes, access, fault);
    if (!p) {
        fault->kind = FAULT_HELPER;
        fault->arg = (uint8_t)n;
    }
    return p;
}

uint64_t
helper_memset(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    void *to = args[2] ? translate_arg(m, args, 1, args[2], MEM_WRITE, fault) : NULL;
    if (to)
        memset(to, (int)args[1], args[2]);
    return args[0];
}

uint64_t
helper_memcpy(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    void *to = args[2] ? translate_arg(m, args, 1, args[2], MEM_WRITE, fault) : NULL;
    const void *from = to ? translate_arg(m, args, 2, args[2], MEM_READ, fault) : NULL;
    if (from)
        memmove(to, from, args[2]);
    return args[0];
}

uint64_t
helper_memcmp(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    const uint8_t *a = args[2] ? translate_arg(m, args, 1, args[2], MEM_READ, fault) : NULL;
    const uint8_t *b = a ? translate_arg(m, args, 2, args[2], MEM_READ, fault) : NULL;
    for (uint64_t i = 0; b && i < args[2]; i++)
        if (a[i] != b[i])
            return (uint64_t)(int64_t)(a[i] - b[i]);
    return 0;
}

/* The kernel's strncmp: -1, 0 or 1. */
uint64_t
helper_strncmp(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    const uint8_t *a = memory_host(&m->mem, args[0]), *b = memory_host(&m->mem, args[2]);
    for (uint64_t i = 0; i < args[1]; i++) {
        if (a[i] != b[i])
            return helper_errno(a[i] < b[i] ? -1 : 1);
        if (!a[i])
            break;
    }
    return 0;
}
