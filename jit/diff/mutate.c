/* Mutation. See mutate.h.
 *
 * Code is a list of instructions while it is changed, and branches name instructions, so that parts can come and go. */
#include "config.h"

#include "jit/diff/mutate.h"

#include "jit/diff/kernel_code.h"
#include "jit/diff/rng.h"
#include "sim/base/base.h"

#include <assert.h>
#include <string.h>

enum { MAX_ITEMS = SUBJECT_MAX_SLOTS / 2, MAX_CHANGES = 4, MAX_PART = 12, NOWHERE = -1 };

struct item {
    struct insn insn;
    int32_t target; /* of a branch, local call or load of a function: index of an item; NOWHERE: none, or not to an instruction */
};

struct list {
    struct item items[MAX_ITEMS + 1]; /* the last one: where a branch to the end leads */
    uint32_t n;
};

/* Distance in slots that the instruction goes, as its own fields say it; false when it goes nowhere. */
static bool
distance_of(const struct insn *insn, int64_t *distance)
{
    int64_t target = insn_target(insn, 0);
    bool is_address = insn->op == OP_ld_func;
    *distance = is_address ? insn->imm : target - 1;
    return is_address || insn_kind(insn) == KIND_JCC || insn_kind(insn) == KIND_JA || insn_kind(insn) == KIND_MAYGOTO ||
           insn_kind(insn) == KIND_CALLL;
}

static void
set_distance(struct insn *insn, int64_t distance)
{
    if (insn->op != OP_ld_func && insn_row(insn)->fields & Fo)
        insn->off = (int16_t)distance;
    else
        insn->imm = (int32_t)distance;
}

/* The code as a list; bytes that are no instruction are left out. */
static void
read_list(const struct subject *s, struct list *list)
{
    int32_t of_slot[SUBJECT_MAX_SLOTS + 1];
    uint32_t slots[MAX_ITEMS];
    list->n = 0;
    for (uint32_t pc = 0; pc <= s->n_slots; pc++)
        of_slot[pc] = NOWHERE;
    for (uint32_t pc = 0, next; pc < s->n_slots && list->n < MAX_ITEMS; pc = next) {
        struct insn insn;
        insn_decode(s->code, s->n_slots, pc, &insn, NULL);
        next = pc + insn_slots(&insn);
        if (insn.op >= N_OPS)
            continue;
        of_slot[pc] = (int32_t)list->n;
        slots[list->n] = pc;
        list->items[list->n++] = (struct item){ .insn = insn, .target = NOWHERE };
    }
    for (uint32_t i = 0; i < list->n; i++) {
        int64_t distance, target;
        if (!distance_of(&list->items[i].insn, &distance))
            continue;
        target = (int64_t)slots[i] + 1 + distance;
        list->items[i].target = target >= 0 && target < s->n_slots ? of_slot[target] : NOWHERE;
    }
}

/* Back to slots. What does not fit any more is cut off. */
static void
write_list(const struct list *list, struct subject *s)
{
    uint32_t slots[MAX_ITEMS + 1], n = 0, n_items = 0;
    while (n_items < list->n && n + 2 <= SUBJECT_MAX_SLOTS) {
        slots[n_items] = n;
        n += insn_slots(&list->items[n_items++].insn);
    }
    slots[n_items] = n;
    for (uint32_t i = 0; i < n_items; i++) {
        struct insn insn = list->items[i].insn;
        int32_t target = list->items[i].target;
        if (target != NOWHERE)
            set_distance(&insn, (int64_t)slots[(uint32_t)target < n_items ? (uint32_t)target : n_items] - slots[i] - 1);
        uint8_t bytes[2 * SLOT_BYTES];
        memcpy(&s->code[(size_t)slots[i] * SLOT_BYTES], bytes, (size_t)insn_encode(&insn, bytes) * SLOT_BYTES);
    }
    s->n_slots = n;
}

/* ---------------------------------------------------------------- changes */

static void
drop(struct list *list, uint32_t at, uint32_t n)
{
    memmove(&list->items[at], &list->items[at + n], (list->n - at - n) * sizeof *list->items);
    list->n -= n;
    for (uint32_t i = 0; i < list->n; i++) {
        int32_t *target = &list->items[i].target;
        if (*target > (int32_t)at)
            *target -= *target - (int32_t)at < (int32_t)n ? *target - (int32_t)at : (int32_t)n;
    }
}

/* Puts n items before `at`. Their branches lead to where they led among themselves, and elsewhere to what is `shift` further. */
static void
insert(struct list *list, uint32_t at, const struct item *items, uint32_t n, int32_t first)
{
    if (list->n + n > MAX_ITEMS)
        return;
    memmove(&list->items[at + n], &list->items[at], (list->n - at) * sizeof *list->items);
    list->n += n;
    for (uint32_t i = 0; i < list->n; i++)
        if ((i < at || i >= at + n) && list->items[i].target >= (int32_t)at)
            list->items[i].target += (int32_t)n;
    for (uint32_t i = 0; i < n; i++) {
        struct item item = items[i];
        if (item.target != NOWHERE)
            item.target += (int32_t)at - first;
        if (item.target >= (int32_t)list->n || item.target < 0)
            item.target = item.target == NOWHERE ? NOWHERE : (int32_t)(at + n);
        list->items[at + i] = item;
    }
}

static void
change_constant(struct rng *r, struct insn *insn)
{
    uint8_t fields = insn_row(insn)->fields;
    if (fields & Fi && insn_kind(insn) != KIND_CALL && !(insn_kind(insn) == KIND_LDDW && insn->op != OP_lddw))
        insn->imm = insn->op == OP_lddw ? rng_edge(r) : (int32_t)rng_edge(r);
    else if (fields & Fo)
        insn->off = (int16_t)(insn->off + (int32_t)rng_below(r, 17) - 8);
}

static void
change_register(struct rng *r, struct insn *insn)
{
    if (rng_chance(r, 50))
        insn->dst = (uint8_t)rng_below(r, N_REGS);
    else
        insn->src = (uint8_t)rng_below(r, N_REGS);
}

/* Another row with the same operands and of the same kind. */
static void
change_row(struct rng *r, struct insn *insn)
{
    const struct insn_row *row = insn_row(insn);
    uint32_t n = 0, chosen = insn->op;
    for (uint32_t op = 0; op < N_OPS; op++)
        if (insn_rows[op].kind == row->kind && insn_rows[op].fields == row->fields && row->kind != KIND_LDDW && row->kind != KIND_CALL &&
            rng_below(r, ++n) == 0)
            chosen = op;
    insn->op = (uint16_t)chosen;
}

/* At most n instructions of another list. */
static void
insert_part(struct rng *r, struct list *list, const struct list *other, uint32_t n)
{
    if (!other->n)
        return;
    uint32_t at = rng_below(r, other->n);
    n = n < other->n - at ? n : other->n - at;
    insert(list, rng_below(r, list->n), &other->items[at], n, (int32_t)at);
}

static void
change_one(struct rng *r, struct list *list, const struct list *other)
{
    uint32_t at = rng_below(r, list->n), room = list->n - at, n = 1 + rng_below(r, room < MAX_PART ? room : MAX_PART);
    struct item *item = &list->items[at], part[MAX_PART];
    switch (rng_below(r, 9)) {
    case 0:
    case 1:
    case 2:
        change_constant(r, &item->insn);
        break;
    case 3:
        change_register(r, &item->insn);
        break;
    case 4:
        change_row(r, &item->insn);
        break;
    case 5:
        if (item->target != NOWHERE)
            item->target = (int32_t)rng_below(r, list->n);
        break;
    case 6:
        if (n < list->n)
            drop(list, at, n);
        break;
    case 7:
        memcpy(part, item, n * sizeof *item);
        insert(list, rng_below(r, list->n), part, n, (int32_t)at);
        break;
    default:
        insert_part(r, list, other, n);
        break;
    }
}

/* where tail-called programs begin has moved: what is left of them is reached by falling off the program before */
static void
write_subject(const struct list *list, struct subject *out)
{
    if (list->n)
        write_list(list, out);
    out->n_targets = 0;
    for (uint32_t i = 0; i < out->n_points; i++)
        if (out->points[i].point.pc > out->n_slots)
            out->points[i].point.pc = out->n_slots;
    subject_measure(out);
}

void
mutate_subject(uint64_t seed, const struct subject *from, const struct subject *other, struct subject *out)
{
    struct rng r = { seed };
    struct list list, donor = { .n = 0 };
    subject_copy(out, from);
    read_list(from, &list);
    if (other)
        read_list(other, &donor);
    for (uint32_t n = 1 + rng_below(&r, MAX_CHANGES); n > 0 && list.n; n--)
        change_one(&r, &list, &donor);
    if (rng_chance(&r, 30) && out->n_input >= 8) {
        int64_t value = rng_edge(&r);
        memcpy(&out->input[rng_below(&r, out->n_input / 8) * 8], &value, sizeof value);
    }
    write_subject(&list, out);
}

void
splice_subject(uint64_t seed, const struct subject *from, const struct subject *other, struct subject *out)
{
    struct rng r = { seed };
    struct list list, donor;
    subject_copy(out, from);
    read_list(from, &list);
    read_list(other, &donor);
    insert_part(&r, &list, &donor, 1 + rng_below(&r, donor.n));
    write_subject(&list, out);
}

/* ---------------------------------------------------------------- programs */

/* What a map of an object becomes. */
static enum subject_map
map_like(const struct map_def *def)
{
    if (def->origin == MAP_FROM_DATA)
        return SUBJECT_STATE;
    if (def->type == BPF_MAP_TYPE_PROG_ARRAY)
        return SUBJECT_PROGS;
    return def->type == BPF_MAP_TYPE_ARRAY || def->type == BPF_MAP_TYPE_PERCPU_ARRAY ? SUBJECT_ARRAY : SUBJECT_HASH;
}

bool
subject_of_program(const struct program *p, uint32_t entry, const struct prog_type *type, struct subject *out)
{
    struct kernel_code code;
    struct errinfo e;
    if (kernel_code_extract(p, entry, false, &code, &e) != OK)
        return false;
    bool fits = code.n <= SUBJECT_MAX_SLOTS;
    for (uint32_t i = 0; fits && i < code.n_fixups; i++) {
        struct bpf_insn *insn = &code.insns[code.fixups[i].slot];
        enum subject_map map = map_like(&p->maps[code.fixups[i].map]);
        insn->imm = (int32_t)map;
        insn->src_reg = map == SUBJECT_STATE ? BPF_PSEUDO_MAP_VALUE : BPF_PSEUDO_MAP_FD;
        insn[1].imm = map == SUBJECT_STATE ? (int32_t)((uint32_t)insn[1].imm % SUBJECT_STATE_BYTES) : 0;
    }
    if (fits) {
        out->type = type;
        out->n_slots = code.n;
        out->n_targets = 0;
        out->n_input = SUBJECT_MAX_INPUT / 2;
        out->may_goto_limit = 1000;
        out->stop_after = 0;
        out->has_unit_costs = false;
        out->n_points = 0;
        memset(out->input, 0, sizeof out->input);
        memcpy(out->code, code.insns, (size_t)code.n * SLOT_BYTES);
        subject_measure(out);
    }
    kernel_code_free(&code);
    return fits;
}
