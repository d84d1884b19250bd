/* Helpers of tracing programs about the probed function and the stack. There is no kernel that was probed: the stack has one frame, the
 * instruction pointer that the context holds. */
#include "config.h"

#include "sim/machine/helper_fn.h"
#include "sim/machine/progtype.h"

#include <linux/bpf.h>
#include <string.h>

/* struct pt_regs of x86-64. */
enum { REGS_AX = 80, REGS_IP = 128 };

static bool
has_regs(const struct machine *m)
{
    return m->type->kernel_type == BPF_PROG_TYPE_KPROBE || m->type->kernel_type == BPF_PROG_TYPE_PERF_EVENT;
}

static uint64_t
instruction_pointer(struct machine *m)
{
    uint64_t ip = 0;
    if (has_regs(m))
        memcpy(&ip, memory_host(&m->mem, GUEST_CTX + REGS_IP), sizeof ip);
    return ip;
}

uint64_t
helper_get_func_ip(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    return instruction_pointer(m);
}

/* The only stack there is has number 0. */
uint64_t
helper_get_stackid(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    struct map *map = map_of_handle(m, args[1]);
    uint32_t id = 0;
    if (map->def->type != BPF_MAP_TYPE_STACK_TRACE || map->def->value_bytes < sizeof(uint64_t))
        return helper_refuse(fault, 2, args);
    uint8_t *stack = memory_host(&m->mem, map->values);
    uint64_t ip = instruction_pointer(m);
    map_update(m, map, &id, stack, BPF_ANY);
    memset(stack, 0, map->def->value_bytes);
    memcpy(stack, &ip, sizeof ip);
    return id;
}

uint64_t
helper_get_stack(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    uint64_t ip = instruction_pointer(m);
    uint8_t *to = memory_host(&m->mem, args[1]);
    if (args[2] % sizeof ip)
        return helper_errno(-EINVAL);
    memset(to, 0, args[2]);
    if (args[2])
        memcpy(to, &ip, sizeof ip);
    return args[2] ? sizeof ip : 0;
}

uint64_t
helper_override_return(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    if (!has_regs(m))
        return helper_refuse(fault, 1, args);
    memcpy(memory_host(&m->mem, GUEST_CTX + REGS_AX), &args[1], sizeof args[1]);
    return 0;
}

/* The slot of a perf event array that flags name: there never is an event in it. */
static int
event_error(const struct machine *m, const struct map *map, uint64_t flags)
{
    uint64_t index = flags & BPF_F_INDEX_MASK;
    if (flags & ~(uint64_t)BPF_F_INDEX_MASK)
        return -EINVAL;
    if (index == BPF_F_CURRENT_CPU)
        index = m->env.cpu;
    return index >= map->max_entries ? -E2BIG : -ENOENT;
}

uint64_t
helper_perf_event_read(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    struct map *map = map_of_handle(m, args[0]);
    if (map->def->type != BPF_MAP_TYPE_PERF_EVENT_ARRAY)
        return helper_refuse(fault, 1, args);
    return helper_errno(event_error(m, map, args[1]));
}

uint64_t
helper_perf_event_read_value(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    struct map *map = map_of_handle(m, args[0]);
    if (map->def->type != BPF_MAP_TYPE_PERF_EVENT_ARRAY)
        return helper_refuse(fault, 1, args);
    memset(memory_host(&m->mem, args[2]), 0, args[3]);
    return helper_errno(args[3] != sizeof(struct bpf_perf_event_value) ? -EINVAL : event_error(m, map, args[1]));
}
