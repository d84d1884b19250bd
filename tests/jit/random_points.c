/* See random_points.h. */
#include "config.h"

#include "tests/jit/random_points.h"

#include "sim/base/base.h"

#include <assert.h>

enum { MOST_NODES = 40 };

/* The memory that r1 points to. */
struct place {
    uint32_t addr, bytes;
};

uint32_t
random_below(uint64_t *state, uint32_t n)
{
    return (uint32_t)(random_next(state) % n);
}

uint64_t
random_constant(uint64_t *state)
{
    switch (random_below(state, 4)) {
    case 0:
        return random_next(state);
    case 1:
        return (uint64_t)-(int64_t)random_below(state, 100);
    default:
        return random_below(state, 10);
    }
}

/* An address that is mostly good: the memory that r1 pointed to, or the first frames. */
static uint32_t
any_address(uint64_t *state, const struct place *memory)
{
    if (random_below(state, 2))
        return memory->addr + random_below(state, memory->bytes - 8);
    uint32_t frame = (uint32_t)STACK_TOP - FRAME_STRIDE * random_below(state, 3);
    return frame - 8 - (random_below(state, 4) ? random_below(state, 56) : random_below(state, STACK_BYTES - 8));
}

/* Appends a random tree; its root is the last node. */
static void
any_tree(uint64_t *state, struct condition *c, uint32_t depth, const struct place *memory)
{
    struct cond_node node = { .is_signed = random_below(state, 2) };
    uint32_t n_operands = 0;
    if (depth == 0 || c->n > MOST_NODES || random_below(state, 5) == 0) {
        node.op = random_below(state, 3) ? COND_REG : COND_CONST;
        node.value = node.op == COND_REG ? random_below(state, N_REGS) : random_constant(state);
    } else if (random_below(state, 6) == 0) { /* a load: mostly at address + (x & 7) */
        any_tree(state, c, depth - 1, memory);
        if (random_below(state, 20)) {
            uint16_t x = (uint16_t)(c->n - 1);
            c->nodes[c->n++] = (struct cond_node){ .op = COND_CONST, .value = 7 };
            c->nodes[c->n++] = (struct cond_node){ .op = COND_AND, .a = x, .b = (uint16_t)(x + 1) };
            c->nodes[c->n++] = (struct cond_node){ .op = COND_CONST, .value = any_address(state, memory) };
            c->nodes[c->n++] = (struct cond_node){ .op = COND_ADD, .a = (uint16_t)(x + 2), .b = (uint16_t)(x + 3) };
        }
        node.op = COND_LOAD;
        node.value = UINT64_C(1) << random_below(state, 4);
        node.a = (uint16_t)(c->n - 1);
    } else {
        node.op = (uint8_t)(COND_EXTEND + random_below(state, COND_SELECT - COND_EXTEND + 1));
        node.value = UINT64_C(8) << random_below(state, 3);
        n_operands = cond_operands(node.op);
        uint16_t *operands[] = { &node.a, &node.b, &node.c };
        for (uint32_t i = 0; i < n_operands; i++) {
            any_tree(state, c, depth - 1, memory);
            *operands[i] = (uint16_t)(c->n - 1);
        }
    }
    c->nodes[c->n++] = node;
}

static uint16_t
append(struct condition *c, struct cond_node node)
{
    c->nodes[c->n] = node;
    return (uint16_t)c->n++;
}

/* Asks for one bit of the value only: whatever is wrong with it shows some day. */
static void
ask_one_bit(uint64_t *state, struct condition *c)
{
    uint16_t value = (uint16_t)(c->n - 1);
    static const uint8_t ends[] = { 0, 63 };
    uint64_t bit = random_below(state, 2) ? random_below(state, 64) : ends[random_below(state, 2)];
    uint16_t n = append(c, (struct cond_node){ .op = COND_CONST, .value = bit });
    uint16_t shifted = append(c, (struct cond_node){ .op = COND_RSH, .a = value, .b = n });
    uint16_t one = append(c, (struct cond_node){ .op = COND_CONST, .value = 1 });
    append(c, (struct cond_node){ .op = COND_AND, .a = shifted, .b = one });
}

/* What people write most: a register compared with a small number. */
static void
ask_register(uint64_t *state, struct condition *c)
{
    uint16_t reg = append(c, (struct cond_node){ .op = COND_REG, .value = random_below(state, N_REGS) });
    uint16_t number = append(c, (struct cond_node){ .op = COND_CONST, .value = random_constant(state) });
    uint8_t op = (uint8_t)(COND_EQ + random_below(state, COND_LE - COND_EQ + 1));
    append(c, (struct cond_node){ .op = op, .is_signed = random_below(state, 2), .a = reg, .b = number });
}

/* One operator on registers. */
static void
ask_operator(uint64_t *state, struct condition *c)
{
    uint16_t operands[3];
    for (uint32_t i = 0; i < ARRAY_LEN(operands); i++)
        operands[i] = append(c, (struct cond_node){ .op = COND_REG, .value = random_below(state, N_REGS) });
    append(c, (struct cond_node){
        .op = (uint8_t)(COND_EXTEND + random_below(state, COND_SELECT - COND_EXTEND + 1)),
        .is_signed = random_below(state, 2),
        .value = UINT64_C(8) << random_below(state, 3),
        .a = operands[0],
        .b = operands[1],
        .c = operands[2],
    });
    ask_one_bit(state, c);
}

static struct condition *
any_condition(uint64_t *state, const struct place *memory)
{
    struct condition *c = xcalloc(1, sizeof *c + (MOST_NODES * 8) * sizeof *c->nodes);
    switch (random_below(state, 6)) {
    case 0:
        ask_register(state, c);
        break;
    case 1:
        ask_operator(state, c);
        break;
    case 2:
    case 3:
        any_tree(state, c, random_below(state, 5), memory);
        break;
    default:
        any_tree(state, c, random_below(state, 5), memory);
        ask_one_bit(state, c);
        break;
    }
    assert(c->n <= COND_MAX_NODES);
    return c;
}

struct point
random_point(uint64_t *state, const struct program *p, uint32_t addr, uint32_t bytes)
{
    const struct place place = { addr, bytes }, *memory = &place;
    struct point point = { .kind = random_below(state, 4) ? POINT_PC : POINT_MEMORY, .pc = random_below(state, p->n_slots + 1) };
    if (random_below(state, 3) == 0) {
        point.kind = POINT_REGISTER;
        point.reg = (uint8_t)random_below(state, N_REGS);
        point.mask = random_below(state, 3) ? UINT64_MAX : random_below(state, 4) ? UINT32_MAX : UINT16_MAX;
    }
    point.addr = any_address(state, memory);
    point.len = 1 + (random_below(state, 3) ? random_below(state, 8) : random_below(state, 40));
    point.access = (uint8_t)(1 + random_below(state, 3));
    point.on_change = random_below(state, 2);
    point.ignore = random_below(state, 2) ? 0 : random_below(state, 30);
    point.condition = random_below(state, 3) ? any_condition(state, memory) : NULL;
    return point;
}
