/* Generated break- and watchpoints with their conditions. See generate.h. */
#include "config.h"

#include "jit/diff/generate_private.h"

#include "sim/base/base.h"

#include <assert.h>

/* MOST_NODES: of a tree that may grow further. */
enum { MOST_NODES = 16, MAX_DEPTH = 4, MAX_WATCHED = 40, NEVER = 1000000, XDP_HEADROOM = 256 };

/* The memory that the program works on. */
struct place {
    uint32_t addr, bytes;
};

/* A condition under way. */
struct tree {
    struct rng *r;
    const struct place *memory;
    struct subject_point *out;
};

static uint64_t
draw_constant(struct rng *r)
{
    switch (rng_below(r, 4)) {
    case 0:
        return (uint64_t)rng_edge(r);
    case 1:
        return (uint64_t)-(int64_t)rng_below(r, 100);
    default:
        return rng_below(r, 10);
    }
}

/* An address that is mostly good: in the memory or across its end, in the first frames, in the state map. */
static uint32_t
draw_address(struct rng *r, const struct place *memory)
{
    uint32_t frame = (uint32_t)STACK_TOP - FRAME_STRIDE * rng_below(r, 3);
    switch (rng_below(r, 8)) {
    case 0:
    case 1:
    case 2:
        return memory->addr + rng_below(r, memory->bytes - 7);
    case 3:
        return memory->addr + memory->bytes - 1 - rng_below(r, 16);
    case 4:
        return (uint32_t)GUEST_DATA + rng_below(r, SUBJECT_STATE_BYTES - 7);
    default:
        return frame - 8 - (rng_below(r, 4) ? rng_below(r, 56) : rng_below(r, STACK_BYTES - 8));
    }
}

static uint16_t
append(struct tree *t, struct cond_node node)
{
    assert(t->out->n_nodes < SUBJECT_MAX_NODES);
    t->out->nodes[t->out->n_nodes] = node;
    return (uint16_t)t->out->n_nodes++;
}

static uint16_t
last(const struct tree *t)
{
    return (uint16_t)(t->out->n_nodes - 1);
}

static void
put_leaf(struct tree *t)
{
    if (rng_below(t->r, 3))
        append(t, (struct cond_node){ .op = COND_REG, .value = rng_below(t->r, N_REGS) });
    else
        append(t, (struct cond_node){ .op = COND_CONST, .value = draw_constant(t->r) });
}

/* A load through the value so far; mostly from a good address, which (value & 7) is added to. */
static void
put_guest_load(struct tree *t)
{
    if (rng_below(t->r, 20)) {
        uint16_t value = last(t), seven = append(t, (struct cond_node){ .op = COND_CONST, .value = 7 });
        uint16_t part = append(t, (struct cond_node){ .op = COND_AND, .a = value, .b = seven });
        uint16_t base = append(t, (struct cond_node){ .op = COND_CONST, .value = draw_address(t->r, t->memory) });
        append(t, (struct cond_node){ .op = COND_ADD, .a = part, .b = base });
    }
    append(t, (struct cond_node){ .op = COND_LOAD, .a = last(t), .value = UINT64_C(1) << rng_below(t->r, 4) });
}

/* One of the operators from EXTEND on; its operands are there. */
static void
put_operator(struct tree *t, uint8_t op, const uint16_t operands[3])
{
    append(t, (struct cond_node){
        .op = op,
        .is_signed = rng_below(t->r, 2),
        .value = UINT64_C(8) << rng_below(t->r, 3),
        .a = operands[0],
        .b = operands[1],
        .c = operands[2],
    });
}

static void
put_tree(struct tree *t, uint32_t depth)
{
    if (depth == 0 || t->out->n_nodes > MOST_NODES || rng_below(t->r, 5) == 0) {
        put_leaf(t);
    } else if (rng_below(t->r, 6) == 0) {
        put_tree(t, depth - 1);
        put_guest_load(t);
    } else {
        uint8_t op = (uint8_t)(COND_EXTEND + rng_below(t->r, COND_SELECT - COND_EXTEND + 1));
        uint16_t operands[3] = { 0 };
        for (uint32_t i = 0; i < cond_operands(op); i++) {
            put_tree(t, depth - 1);
            operands[i] = last(t);
        }
        put_operator(t, op, operands);
    }
}

/* Asks for one bit of the value only: whatever is wrong with it shows some day. */
static void
ask_one_bit(struct tree *t)
{
    static const uint8_t ends[] = { 0, 63 };
    uint16_t value = last(t);
    uint64_t bit = rng_below(t->r, 2) ? rng_below(t->r, 64) : ends[rng_below(t->r, 2)];
    uint16_t n = append(t, (struct cond_node){ .op = COND_CONST, .value = bit });
    uint16_t shifted = append(t, (struct cond_node){ .op = COND_RSH, .a = value, .b = n });
    uint16_t one = append(t, (struct cond_node){ .op = COND_CONST, .value = 1 });
    append(t, (struct cond_node){ .op = COND_AND, .a = shifted, .b = one });
}

/* What people write most: a register compared with a small number. */
static void
ask_register(struct tree *t)
{
    uint16_t reg = append(t, (struct cond_node){ .op = COND_REG, .value = rng_below(t->r, N_REGS) });
    uint16_t number = append(t, (struct cond_node){ .op = COND_CONST, .value = draw_constant(t->r) });
    put_operator(t, (uint8_t)(COND_EQ + rng_below(t->r, COND_LE - COND_EQ + 1)), (uint16_t[3]){ reg, number });
}

/* One operator on registers. */
static void
ask_operator(struct tree *t)
{
    uint8_t op = (uint8_t)(COND_EXTEND + rng_below(t->r, COND_SELECT - COND_EXTEND + 1));
    uint16_t operands[3] = { 0 };
    for (uint32_t i = 0; i < cond_operands(op); i++)
        operands[i] = append(t, (struct cond_node){ .op = COND_REG, .value = rng_below(t->r, N_REGS) });
    put_operator(t, op, operands);
    ask_one_bit(t);
}

static void
put_condition(struct tree *t)
{
    uint32_t dice = rng_below(t->r, 6);
    if (dice == 0) {
        ask_register(t);
    } else if (dice == 1) {
        ask_operator(t);
    } else {
        put_tree(t, rng_below(t->r, MAX_DEPTH + 1));
        if (dice > 3)
            ask_one_bit(t);
    }
}

void
generate_point(struct rng *r, uint32_t n_slots, uint32_t addr, uint32_t bytes, struct subject_point *out)
{
    const struct place memory = { addr, bytes };
    struct tree t = { .r = r, .memory = &memory, .out = out };
    out->point = (struct point){ .kind = rng_below(r, 4) ? POINT_PC : POINT_MEMORY, .pc = rng_below(r, n_slots + 1) };
    if (rng_below(r, 3) == 0) {
        out->point.kind = POINT_REGISTER;
        out->point.reg = (uint8_t)rng_below(r, N_REGS);
        out->point.mask = rng_below(r, 3) ? UINT64_MAX : rng_below(r, 4) ? UINT32_MAX : UINT16_MAX;
    }
    out->point.addr = draw_address(r, &memory);
    out->point.len = 1 + (rng_below(r, 3) ? rng_below(r, 8) : rng_below(r, MAX_WATCHED));
    out->point.access = (uint8_t)(1 + rng_below(r, 3));
    out->point.on_change = rng_below(r, 2);
    out->point.ignore = rng_below(r, 2) ? 0 : rng_below(r, 30);
    out->n_nodes = 0;
    if (rng_below(r, 3))
        put_condition(&t);
}

/* Most hits are ignored: native code only counts by itself what does not stop, and leaves to C what would. */
void
generate_points(struct rng *r, struct subject *s)
{
    bool is_generic = s->type->family == CTX_GENERIC;
    uint32_t addr = (uint32_t)(is_generic ? GUEST_CTX : GUEST_PACKET + (s->type->family == CTX_XDP ? XDP_HEADROOM : 0));
    s->n_points = 1 + rng_below(r, SUBJECT_MAX_POINTS);
    for (uint32_t i = 0; i < s->n_points; i++) {
        generate_point(r, s->n_slots, addr, s->n_input, &s->points[i]);
        s->points[i].point.ignore += rng_below(r, 4) ? NEVER : 0;
    }
}
