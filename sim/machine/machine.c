/* The machine's life: made for a program, started on an input, reset, hashed. See machine.h. */
#include "config.h"

#include "sim/machine/machine.h"

#include "sim/base/base.h"
#include "sim/machine/context.h"
#include "sim/machine/map.h"
#include "sim/machine/output.h"
#include "sim/machine/pages.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* How much of a map's bookkeeping goes into a digest: the counters and list heads at its start, from which the rest follows. */
enum { MAP_STATE_BYTES = 64 };

static const struct env default_env = {
    .clock_ns = 1000000000,
    .clock_step_ns = 1000,
    .random = 0x9e3779b97f4a7c15,
    .n_cpus = 1,
    .pid_tgid = UINT64_C(1000) << 32 | 1000,
    .comm = "ebpfdbg",
    .may_goto_limit = 8388608,
};

static void
add_stack(struct memory *mem)
{
    for (uint32_t i = 0; i < MAX_FRAMES; i++) {
        uint32_t top = STACK_TOP - i * FRAME_STRIDE;
        memory_add(mem, &(struct region){ .base = top - STACK_BYTES, .elem_bytes = STACK_BYTES, .n = 1, .access = MEM_READ | MEM_WRITE,
                                          .kind = REGION_STACK, .index = (uint16_t)i, .origin = top });
    }
}

/* Replaces *bytes by a copy of `from`; a caller may hand the machine's own copy back (running again). */
static void
copy_bytes(const uint8_t **bytes, const uint8_t *from, uint32_t n)
{
    if (*bytes == from)
        return;
    free((void *)*bytes);
    *bytes = NULL;
    if (from) {
        uint8_t *copy = xmalloc(n);
        memcpy(copy, from, n);
        *bytes = copy;
    }
}

/* Starting again on the same input is the rule. */
static bool
is_same_input(const struct input *a, const struct input *b)
{
    return a->packet_bytes == b->packet_bytes && a->ctx_bytes == b->ctx_bytes && !a->packet == !b->packet && !a->ctx == !b->ctx &&
           (!a->packet || !memcmp(a->packet, b->packet, a->packet_bytes)) && (!a->ctx || !memcmp(a->ctx, b->ctx, a->ctx_bytes));
}

static void
copy_input(struct input *to, const struct input *from)
{
    struct input in = from ? *from : (struct input){ 0 };
    if (is_same_input(to, &in))
        return;
    copy_bytes(&to->packet, in.packet, in.packet_bytes);
    copy_bytes(&to->ctx, in.ctx, in.ctx_bytes);
    to->packet_bytes = in.packet ? in.packet_bytes : 0;
    to->ctx_bytes = in.ctx ? in.ctx_bytes : 0;
}

static void
reset_registers(struct machine *m)
{
    const struct function *f = &m->program->functions[m->entry];
    memset(m->regs, 0, sizeof m->regs);
    memset(m->frames, 0, sizeof m->frames);
    memset(m->loops, 0, sizeof m->loops);
    m->regs[REG_10] = STACK_TOP;
    m->pc = f->pc;
    m->depth = 0;
    m->n_tail_calls = m->n_may_goto = 0;
    m->has_exited = false;
    m->n_insns = m->n_cycles = 0;
}

/* FNV-1a over 8 bytes at a time: a digest is for telling machines apart, not for security. */
static uint64_t
hash_bytes(uint64_t h, const void *bytes, size_t n)
{
    const uint8_t *p = bytes;
    for (; n >= 8; n -= 8, p += 8) {
        uint64_t word;
        memcpy(&word, p, 8);
        h = (h ^ word) * UINT64_C(0x9e3779b97f4a7c15);
        h ^= h >> 29;
    }
    for (; n; n--, p++)
        h = (h ^ *p) * UINT64_C(0x100000001b3);
    return h;
}

struct machine *
machine_new(const struct program *program, const struct cost_model *costs, struct buf *notes)
{
    struct machine *m = xcalloc(1, sizeof *m);
    m->program = program;
    m->costs = costs;
    m->type = prog_type_named("generic");
    m->env = default_env;
    m->interrupt = &m->no_interrupt;
    memory_init(&m->mem);
    add_stack(&m->mem);
    map_create_all(m, notes);
    return m;
}

void
machine_free(struct machine *m)
{
    if (!m)
        return;
    copy_input(&m->input, NULL);
    output_clear(m);
    free(m->outputs);
    free(m->scripted);
    free(m->maps);
    memory_free(&m->mem);
    free(m);
}

enum err
machine_start(struct machine *m, uint32_t entry, const struct prog_type *type, const struct input *input, struct errinfo *e)
{
    assert(entry < m->program->n_functions && "an entry is one of the program's functions");
    enum err err = context_check(type, input, e);
    if (err)
        return err;
    m->entry = entry;
    m->type = type;
    copy_input(&m->input, input);
    output_clear(m);
    reset_registers(m);
    memset(memory_host(&m->mem, STACK_TOP - MAX_FRAMES * FRAME_STRIDE), 0, MAX_FRAMES * FRAME_STRIDE);
    context_build(m);
    return OK;
}

void
machine_copy(struct machine *to, const struct machine *from, const struct pages *pages)
{
    assert(to->program == from->program && "maps lie at the same places");
    struct machine own = *to;
    pages_copy(pages, &own.mem, &from->mem);
    memcpy(own.maps, from->maps, from->program->n_maps * sizeof *own.maps);
    copy_input(&own.input, &from->input);
    output_copy(&own, from);
    if (own.cap_scripted < from->n_scripted) {
        own.cap_scripted = from->n_scripted;
        own.scripted = xrealloc(own.scripted, own.cap_scripted * sizeof *own.scripted);
    }
    if (from->n_scripted)
        memcpy(own.scripted, from->scripted, from->n_scripted * sizeof *own.scripted);

    *to = *from;
    to->mem = own.mem;
    to->maps = own.maps;
    to->input = own.input;
    to->outputs = own.outputs;
    to->cap_outputs = own.cap_outputs;
    to->scripted = own.scripted;
    to->cap_scripted = own.cap_scripted;
    to->interrupt = own.interrupt;
}

void
machine_script_helper(struct machine *m, int32_t id, uint64_t value)
{
    for (uint32_t i = 0; i < m->n_scripted; i++)
        if (m->scripted[i].id == id) {
            m->scripted[i].value = value;
            return;
        }
    m->scripted = grow(m->scripted, m->n_scripted, &m->cap_scripted, sizeof *m->scripted);
    m->scripted[m->n_scripted++] = (struct scripted_result){ .id = id, .value = value };
}

void
machine_result(struct machine *m, struct result *out)
{
    context_result(m, out);
}

uint64_t
machine_digest(const struct machine *m)
{
    uint64_t h = hash_bytes(UINT64_C(0xcbf29ce484222325), m->regs, sizeof m->regs);
    uint64_t scalars[] = { m->pc, m->depth, m->n_tail_calls, m->n_may_goto, m->has_exited, m->n_insns, m->n_cycles, m->packet.meta,
                           m->packet.data, m->packet.end, m->packet.frag_bytes };
    h = hash_bytes(h, scalars, sizeof scalars);
    for (uint32_t i = 0; i <= m->depth; i++)
        if (m->loops[i].is_active)
            h = hash_bytes(h, (uint64_t[]){ i, m->loops[i].pc, m->loops[i].n, m->loops[i].limit }, 4 * sizeof(uint64_t));
    for (uint32_t i = 1; i <= m->depth; i++) {
        h = hash_bytes(h, m->frames[i].saved, sizeof m->frames[i].saved);
        h = hash_bytes(h, &m->frames[i].return_pc, sizeof m->frames[i].return_pc);
    }
    for (uint32_t i = 0; i < m->mem.n_regions; i++) {
        const struct region *r = &m->mem.regions[i];
        for (uint32_t n = 0; n < r->n; n++)
            h = hash_bytes(h, memory_host(&m->mem, r->base + (uint64_t)n * r->stride), r->elem_bytes);
    }
    for (uint32_t i = 0; i < m->program->n_maps; i++) {
        const struct map *map = &m->maps[i];
        h = hash_bytes(h, memory_host(&m->mem, map->state), map->state_bytes < MAP_STATE_BYTES ? map->state_bytes : MAP_STATE_BYTES);
    }
    if (m->packet.frag_bytes)
        h = hash_bytes(h, memory_host(&m->mem, m->packet.frags), m->packet.frag_bytes);
    return h;
}
