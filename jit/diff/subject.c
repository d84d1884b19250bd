/* Subjects as programs. See subject.h. */
#include "config.h"

#include "jit/diff/subject.h"

#include "sim/base/base.h"
#include "sim/object/layout.h"

#include <assert.h>
#include <linux/bpf.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    uint32_t type, value_bytes, max_entries;
} subject_maps[N_SUBJECT_MAPS] = {
    [SUBJECT_STATE] = { "state", BPF_MAP_TYPE_ARRAY, SUBJECT_STATE_BYTES, 1 },
    [SUBJECT_ARRAY] = { "array", BPF_MAP_TYPE_ARRAY, SUBJECT_VALUE_BYTES, SUBJECT_ENTRIES },
    [SUBJECT_HASH] = { "hash", BPF_MAP_TYPE_HASH, SUBJECT_VALUE_BYTES, SUBJECT_ENTRIES },
    [SUBJECT_PROGS] = { "progs", BPF_MAP_TYPE_PROG_ARRAY, 4, SUBJECT_MAX_TARGETS },
};

static void
add_maps(struct program *p)
{
    p->maps = xcalloc(N_SUBJECT_MAPS, sizeof *p->maps);
    p->n_maps = N_SUBJECT_MAPS;
    for (uint32_t i = 0; i < N_SUBJECT_MAPS; i++)
        p->maps[i] = (struct map_def){ .name = xstrdup(subject_maps[i].name), .origin = MAP_FROM_BTF, .type = subject_maps[i].type,
                                       .key_bytes = 4, .value_bytes = subject_maps[i].value_bytes,
                                       .max_entries = subject_maps[i].max_entries, .inner = -1 };
    p->maps[SUBJECT_STATE].origin = MAP_FROM_DATA;
    p->maps[SUBJECT_STATE].value_addr = GUEST_DATA;
    p->maps[SUBJECT_PROGS].presets = xcalloc(SUBJECT_MAX_TARGETS, sizeof *p->maps[SUBJECT_PROGS].presets);
}

bool
subject_takes_type(const struct prog_type *type)
{
    return type->family == CTX_GENERIC || type->family == CTX_XDP || type->family == CTX_SKB;
}

void
subject_copy(struct subject *to, const struct subject *from)
{
    memcpy(to, from, offsetof(struct subject, code));
    memcpy(to->code, from->code, (size_t)from->n_slots * SLOT_BYTES);
}

/* a + b, or UINT32_MAX when either is, or the sum is too much to tell. */
static uint32_t
add_paths(uint32_t a, uint32_t b)
{
    return a > UINT32_MAX / 2 || b > UINT32_MAX / 2 ? UINT32_MAX : a + b;
}

/* The search for ways: where it is with each slot, and the longest way from it on once that is known. */
struct ways {
    const struct insn *insns;
    uint32_t n;
    enum { WAY_NEW, WAY_OPEN, WAY_DONE } state[SUBJECT_MAX_SLOTS];
    uint32_t path[SUBJECT_MAX_SLOTS];
};

/* Slots that the instruction goes on with: the one behind it (n: none), and where it branches to (-1: nowhere). */
static uint32_t
next_of(const struct ways *w, uint32_t pc)
{
    enum insn_kind kind = insn_kind(&w->insns[pc]);
    return kind == KIND_JA || kind == KIND_EXIT ? w->n : pc + 1;
}

/* The longest way from a slot that pc goes on with. What is open leads to pc: a loop. */
static uint32_t
path_of(const struct ways *w, int64_t slot)
{
    if (slot < 0 || slot > w->n)
        return UINT32_MAX;
    return slot == w->n ? 0 : w->state[slot] == WAY_DONE ? w->path[slot] : UINT32_MAX;
}

static uint32_t
path_from(const struct ways *w, uint32_t pc)
{
    const struct insn *insn = &w->insns[pc];
    int64_t target = insn_target(insn, pc);
    uint32_t next = path_of(w, next_of(w, pc)), there = target == -1 ? 0 : path_of(w, target);
    if (insn->op == OP_ld_func || insn_kind(insn) == KIND_CALLX) /* a callback runs as often as somebody likes */
        return UINT32_MAX;
    if (insn_kind(insn) == KIND_CALLL)
        return add_paths(1, add_paths(there, next));
    return add_paths(insn->op == OP_lddw_tail ? 0 : 1, there > next ? there : next);
}

/* Depth first, so that all that a slot goes on with is known before the slot is. */
static void
measure_from(struct ways *w, uint32_t start)
{
    uint32_t todo[2 * SUBJECT_MAX_SLOTS + 1], n_todo = 0; /* each slot puts two there, once */
    todo[n_todo++] = start;
    while (n_todo) {
        uint32_t pc = todo[n_todo - 1];
        if (w->state[pc] != WAY_NEW) {
            if (w->state[pc] == WAY_OPEN)
                w->path[pc] = path_from(w, pc);
            w->state[pc] = WAY_DONE;
            n_todo--;
            continue;
        }
        w->state[pc] = WAY_OPEN;
        int64_t ahead[] = { next_of(w, pc), insn_target(&w->insns[pc], pc) };
        for (uint32_t i = 0; i < ARRAY_LEN(ahead); i++)
            if (ahead[i] >= 0 && ahead[i] < w->n && w->state[ahead[i]] == WAY_NEW)
                todo[n_todo++] = (uint32_t)ahead[i];
    }
}

void
subject_measure(struct subject *s)
{
    struct insn insns[SUBJECT_MAX_SLOTS];
    struct ways ways = { .insns = insns, .n = s->n_slots };
    insn_decode_all(s->code, s->n_slots, insns);
    s->longest_path = 0;
    for (uint32_t pc = 0; pc < s->n_slots; pc++) { /* a tail-called program begins somewhere, too, and the kernel looks at all code */
        if (ways.state[pc] == WAY_NEW)
            measure_from(&ways, pc);
        s->longest_path = ways.path[pc] > s->longest_path ? ways.path[pc] : s->longest_path;
    }
}

void
subject_link(struct program *p, const struct subject *s)
{
    struct map_def *progs = &p->maps[SUBJECT_PROGS];
    assert(s->n_slots <= SUBJECT_MAX_SLOTS && s->n_input <= SUBJECT_MAX_INPUT && s->n_targets <= SUBJECT_MAX_TARGETS);
    program_set_code(p, s->code, s->n_slots, s->targets, s->n_targets);
    progs->n_presets = s->n_targets;
    for (uint32_t i = 0; i < s->n_targets; i++)
        progs->presets[i] = (struct map_preset){ .key = i, .index = (uint32_t)(program_function_at(p, s->targets[i]) - p->functions) };
}

struct program *
subject_program(const struct subject *s)
{
    static const uint8_t exit_code[SLOT_BYTES] = { 0x95 };
    struct program *p = program_from_code(exit_code, 1);
    add_maps(p);
    subject_link(p, s);
    return p;
}

struct input
subject_input(const struct subject *s)
{
    static const uint8_t no_ctx[192]; /* of an __sk_buff, so that one comes back */
    struct input input = { .packet = s->input, .packet_bytes = s->n_input };
    if (s->type->family == CTX_SKB) {
        input.ctx = no_ctx;
        input.ctx_bytes = sizeof no_ctx;
    }
    return input;
}

static struct condition *
copy_condition(const struct subject_point *p)
{
    size_t bytes = p->n_nodes * sizeof *p->nodes;
    struct condition *c = xmalloc(sizeof *c + bytes);
    c->n = p->n_nodes;
    memcpy(c->nodes, p->nodes, bytes);
    return c;
}

struct points *
subject_points(const struct subject *s)
{
    struct point list[SUBJECT_MAX_POINTS];
    for (uint32_t i = 0; i < s->n_points; i++) {
        list[i] = s->points[i].point;
        list[i].condition = s->points[i].n_nodes ? copy_condition(&s->points[i]) : NULL;
    }
    return s->n_points ? points_new(list, s->n_points) : NULL;
}

void
subject_points_free(struct points *points)
{
    for (uint32_t i = 0; points && i < points->n; i++)
        free((void *)points->list[i].condition);
    points_free(points);
}
