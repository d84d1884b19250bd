/* Helpers that move control: tail calls, and callbacks run in a loop.
 *
 * A callback is a local call whose return address is the helper call itself: when it returns, the same CALL is executed again, finds
 * the loop in m->loops[m->depth] and either calls once more or ends it. So a loop can be stopped, stepped and resumed anywhere, and
 * counts one executed instruction per turn for the CALL. */
#include "config.h"

#include "sim/machine/helper_flow.h"

#include "sim/base/base.h"
#include "sim/machine/helper_fn.h"

#include <linux/bpf.h>
#include <string.h>

enum { LOOPS_MAX = 1 << 23 /* BPF_MAX_LOOPS */, KEY_STRIDE = 512, KEYS_ADDR = GUEST_KERNEL + 0x20000 };

/* Enters the callback of the loop at this depth. */
static void
enter(struct machine *m, struct loop *loop)
{
    struct frame *f = &m->frames[m->depth + 1];
    memcpy(f->saved, &m->regs[REG_6], sizeof f->saved);
    f->return_pc = m->pc;
    m->depth++;
    for (int r = REG_0; r <= REG_5; r++)
        m->regs[r] = REG_CLOBBERED;
    loop->n++;
    m->regs[REG_10] = STACK_TOP - (uint64_t)m->depth * FRAME_STRIDE;
    m->pc = loop->callback;
}

/* Slot of a callback, -1 when addr is none. */
static int64_t
slot_of(const struct machine *m, uint64_t addr)
{
    uint64_t pc = (addr - GUEST_CODE) / 8;
    if (addr < GUEST_CODE || addr % 8 || pc >= m->program->n_slots || m->program->insns[pc].op == OP_lddw_tail)
        return -1;
    return (int64_t)pc;
}

/* Begins a loop over the callback in argument n. False with *fault when it can't be called. */
static bool
begin(struct machine *m, const uint64_t args[5], unsigned n, struct fault *fault)
{
    int64_t callback = slot_of(m, args[n - 1]);
    if (callback < 0) {
        helper_refuse(fault, n, args);
        return false;
    }
    if (m->depth + 1 >= MAX_FRAMES) {
        *fault = (struct fault){ .kind = FAULT_CALL_DEPTH };
        return false;
    }
    m->loops[m->depth] = (struct loop){ .is_active = true, .pc = m->pc, .callback = (uint32_t)callback, .ctx = args[n] };
    return true;
}

/* Where the callback of a loop at this depth finds the key: a copy, readable while the callback runs. */
static uint32_t
key_addr(const struct machine *m)
{
    return KEYS_ADDR + m->depth * KEY_STRIDE;
}

/* Sets r1-r4 for the next element of the map; false when there is none. */
static bool
next_element(struct machine *m, struct loop *loop)
{
    struct map *map = map_of_handle(m, loop->map);
    uint8_t next[KEY_STRIDE], *key = memory_host(&m->mem, key_addr(m));
    if (map_next_key(m, map, loop->n ? key : NULL, next))
        return false;
    memcpy(key, next, map->def->key_bytes);
    uint64_t value = map_lookup(m, map, key);
    uint32_t addr = key_addr(m);
    enter(m, loop);
    m->regs[REG_1] = loop->map;
    m->regs[REG_2] = addr;
    m->regs[REG_3] = value;
    m->regs[REG_4] = loop->ctx;
    return true;
}

/* Calls the callback once more; false when the loop is through. */
static bool
turn(struct machine *m, struct loop *loop)
{
    if (loop->map)
        return next_element(m, loop);
    if (loop->n >= loop->limit)
        return false;
    uint64_t i = loop->n, ctx = loop->ctx;
    enter(m, loop);
    m->regs[REG_1] = i;
    m->regs[REG_2] = ctx;
    return true;
}

static void
end(struct machine *m, struct loop *loop)
{
    loop->is_active = false;
    if (loop->map)
        memory_remove(&m->mem, key_addr(m));
}

uint64_t
helper_tail_call(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    struct map *map = map_of_handle(m, args[1]);
    uint32_t index = (uint32_t)args[2], target;
    if (map->def->type != BPF_MAP_TYPE_PROG_ARRAY)
        return helper_refuse(fault, 2, args);
    uint64_t slot = map_lookup(m, map, &index);
    if (slot)
        memcpy(&target, memory_host(&m->mem, slot), sizeof target);
    if (!slot || target >= m->program->n_functions || m->n_tail_calls >= MAX_TAIL_CALLS)
        return helper_errno(-ENOENT);
    m->n_tail_calls++;
    m->pc = m->program->functions[target].pc;
    return 0;
}

uint64_t
helper_loop(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    if (args[3])
        return helper_errno(-EINVAL);
    if ((uint32_t)args[0] > LOOPS_MAX)
        return (uint32_t)-E2BIG; /* not sign-extended: the verifier inlines bpf_loop and puts this into r0 by a 32-bit move */
    if ((uint32_t)args[0] == 0 || !begin(m, args, 2, fault))
        return 0;
    struct loop *loop = &m->loops[m->depth];
    loop->limit = (uint32_t)args[0];
    turn(m, loop);
    return 0;
}

uint64_t
helper_for_each(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    struct map *map = map_of_handle(m, args[0]);
    if (!(map->guest & MAP_GUEST_WRITE) || map->def->key_bytes > KEY_STRIDE)
        return helper_refuse(fault, 1, args);
    if (args[3])
        return helper_errno(-EINVAL);
    if (!begin(m, args, 2, fault))
        return 0;
    struct loop *loop = &m->loops[m->depth];
    loop->map = args[0];
    memory_add(&m->mem, &(struct region){ .base = key_addr(m), .elem_bytes = map->def->key_bytes, .n = 1, .access = MEM_READ,
                                          .kind = REGION_KERNEL, .origin = key_addr(m) });
    if (!turn(m, loop))
        end(m, loop);
    return 0;
}

bool
helper_loop_resume(struct machine *m, uint64_t *result)
{
    struct loop *loop = &m->loops[m->depth];
    if (!loop->is_active || loop->pc != m->pc)
        return false;
    uint64_t n = loop->n;
    if (m->regs[REG_0] == 0 && turn(m, loop))
        return true;
    end(m, loop);
    *result = n;
    return true;
}
