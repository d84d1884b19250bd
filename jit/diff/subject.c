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

void
subject_measure(struct subject *s)
{
    static const uint32_t unknown = UINT32_MAX;
    uint32_t path[SUBJECT_MAX_SLOTS + 1] = { 0 }; /* from each slot on */
    struct insn insns[SUBJECT_MAX_SLOTS];
    insn_decode_all(s->code, s->n_slots, insns);
    for (uint32_t pc = s->n_slots; pc-- > 0;) {
        const struct insn *insn = &insns[pc];
        enum insn_kind kind = insn_kind(insn);
        int64_t target = insn_target(insn, pc);
        bool falls_through = kind != KIND_JA && kind != KIND_EXIT;
        uint32_t there = target > pc && target <= s->n_slots ? path[target] : unknown;
        uint32_t next = falls_through ? path[pc + 1] : 0;
        if (insn->op == OP_ld_func || kind == KIND_CALLX) /* a callback runs as often as somebody likes */
            path[pc] = unknown;
        else if (kind == KIND_CALLL)
            path[pc] = add_paths(1, add_paths(there, next));
        else if (target != -1)
            path[pc] = add_paths(1, there > next ? there : next);
        else
            path[pc] = add_paths(insn->op == OP_lddw_tail ? 0 : 1, next);
    }
    s->longest_path = 0;
    for (uint32_t pc = 0; pc < s->n_slots; pc++) /* a tail-called program begins somewhere, too, and the kernel looks at all code */
        s->longest_path = path[pc] > s->longest_path ? path[pc] : s->longest_path;
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
