/* Memory and strings: the functions that clang leaves as undefined symbols, and string helpers. Sizes of 0 are allowed; what can't be
 * accessed faults. */
#include "config.h"

#include "sim/machine/helper_fn.h"

#include <ctype.h>
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

/* Length of blanks and sign at the start of the text; *base is found from a prefix when it is 0 and the prefix skipped. */
static uint64_t
number_start(const char *text, uint64_t n, uint32_t *base, bool *is_negative)
{
    uint64_t i = 0;
    while (i < n && isspace((unsigned char)text[i]))
        i++;
    *is_negative = i < n && text[i] == '-';
    i += *is_negative;
    bool has_zero = i < n && text[i] == '0';
    bool has_x = has_zero && i + 2 < n && (text[i + 1] | 0x20) == 'x' && isxdigit((unsigned char)text[i + 2]);
    if (*base == 0)
        *base = has_x ? 16 : has_zero ? 8 : 10;
    return *base == 16 && has_x ? i + 2 : i;
}

/* The kernel's __bpf_strtoull: number of characters used, or an error. */
static int64_t
parse_number(const char *text, uint64_t n, uint64_t flags, uint64_t *value, bool *is_negative)
{
    enum { BASE_MASK = 0x1f };
    uint32_t base = flags & BASE_MASK;
    if (!n || (base != 0 && base != 8 && base != 10 && base != 16) || flags & ~(uint64_t)BASE_MASK)
        return -EINVAL;
    uint64_t start = number_start(text, n, &base, is_negative), i = start;
    bool overflows = false;
    *value = 0;
    for (; i < n && isxdigit((unsigned char)text[i]); i++) {
        uint32_t digit = isdigit((unsigned char)text[i]) ? (uint32_t)(text[i] - '0') : (uint32_t)((text[i] | 0x20) - 'a' + 10);
        if (digit >= base)
            break;
        overflows |= __builtin_mul_overflow(*value, base, value) || __builtin_add_overflow(*value, digit, value);
    }
    if (i == start)
        return -EINVAL;
    return overflows ? -ERANGE : (int64_t)i;
}

uint64_t
helper_strtol(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    uint64_t value = 0;
    bool is_negative;
    memcpy(memory_host(&m->mem, args[3]), &value, sizeof value);
    int64_t used = parse_number(memory_host(&m->mem, args[0]), args[1], args[2], &value, &is_negative);
    if (used < 0)
        return (uint64_t)used;
    if (value > (uint64_t)INT64_MAX + is_negative)
        return helper_errno(-ERANGE);
    memcpy(memory_host(&m->mem, args[3]), (uint64_t[]){ is_negative ? -value : value }, sizeof value);
    return (uint64_t)used;
}

uint64_t
helper_strtoul(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    uint64_t value = 0;
    bool is_negative;
    memcpy(memory_host(&m->mem, args[3]), &value, sizeof value);
    int64_t used = parse_number(memory_host(&m->mem, args[0]), args[1], args[2], &value, &is_negative);
    if (used < 0)
        return (uint64_t)used;
    if (is_negative)
        return helper_errno(-EINVAL);
    memcpy(memory_host(&m->mem, args[3]), &value, sizeof value);
    return (uint64_t)used;
}
