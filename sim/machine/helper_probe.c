/* probe_read and its kin: copies from an address that may be anything. They never fault: what can't be read gives the kernel's errno and
 * zeros. The guest's regions stand for both kernel and user memory. */
#include "config.h"

#include "sim/machine/helper_fn.h"
#include "sim/machine/probe.h"

#include <string.h>

/* x86-64: what copy_from_kernel_nofault refuses to look at. */
#define USER_END UINT64_C(0x00007ffffffff000)
#define KERNEL_START UINT64_C(0xffff800000000000)

enum probe_space { PROBE_KERNEL, PROBE_USER };

static int
probe_error(uint64_t addr, enum probe_space space)
{
    if (addr >= GUEST_LO && addr < GUEST_HI)
        return -EFAULT;
    return space == PROBE_KERNEL && addr < KERNEL_START ? -ERANGE : -EFAULT;
}

/* probe_read and probe_read_str decide by the address. */
static enum probe_space
space_of(uint64_t addr)
{
    return addr < USER_END ? PROBE_USER : PROBE_KERNEL;
}

int
probe_bytes(struct machine *m, void *to, uint64_t bytes, uint64_t addr)
{
    const void *from = bytes ? memory_translate(&m->mem, addr, bytes, MEM_READ, NULL) : NULL;
    if (bytes && !from) {
        memset(to, 0, bytes);
        return probe_error(addr, PROBE_KERNEL);
    }
    if (bytes)
        memmove(to, from, bytes);
    return 0;
}

int
probe_string(struct machine *m, char *to, uint64_t bytes, uint64_t addr)
{
    uint64_t lo, hi = 0, n = 0;
    if (!bytes)
        return 0;
    bool ok = memory_bounds(&m->mem, addr, MEM_READ, &lo, &hi);
    const char *from = memory_host(&m->mem, ok ? addr : GUEST_LO);
    while (ok && n < bytes - 1 && addr + n < hi && from[n])
        n++;
    if (!ok || (n < bytes - 1 && addr + n >= hi)) {
        memset(to, 0, bytes);
        return probe_error(addr, PROBE_KERNEL);
    }
    memmove(to, from, n);
    to[n] = '\0';
    return (int)n + 1;
}

static uint64_t
read_bytes(struct machine *m, const uint64_t args[5], enum probe_space space)
{
    int error = probe_bytes(m, memory_host(&m->mem, args[0]), args[1], args[2]);
    return helper_errno(error ? probe_error(args[2], space) : 0);
}

static uint64_t
read_string(struct machine *m, const uint64_t args[5], enum probe_space space)
{
    int n = probe_string(m, memory_host(&m->mem, args[0]), args[1], args[2]);
    return helper_errno(n < 0 ? probe_error(args[2], space) : n);
}

uint64_t
helper_probe_read(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    return read_bytes(m, args, space_of(args[2]));
}

uint64_t
helper_probe_read_user(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    return read_bytes(m, args, PROBE_USER);
}

uint64_t
helper_probe_read_kernel(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    return read_bytes(m, args, PROBE_KERNEL);
}

uint64_t
helper_probe_read_str(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    return read_string(m, args, space_of(args[2]));
}

uint64_t
helper_probe_read_user_str(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    return read_string(m, args, PROBE_USER);
}

uint64_t
helper_probe_read_kernel_str(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    return read_string(m, args, PROBE_KERNEL);
}

uint64_t
helper_probe_write_user(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    void *to = memory_translate(&m->mem, args[0], args[2], MEM_WRITE, NULL);
    if (!to)
        return helper_errno(-EFAULT);
    memmove(to, memory_host(&m->mem, args[1]), args[2]);
    return 0;
}
