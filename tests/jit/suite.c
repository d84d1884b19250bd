/* See suite.h. */
#include "config.h"

#include "tests/jit/suite.h"

#include "jit/diff/generate.h"
#include "sim/base/base.h"
#include "sim/machine/progtype.h"
#include "tests/isa/vector.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EDGE_BYTES = 40, MEMORY_BYTES = 256, MAY_GOTO_LIMIT = 9 };

static struct suite_program *
add(struct suite *s, const uint8_t *code, uint32_t n_slots, const char *type)
{
    s->list = xrealloc(s->list, (s->n + 1) * sizeof *s->list);
    struct suite_program *p = &s->list[s->n++];
    *p = (struct suite_program){ .program = program_from_code(code, n_slots), .type = prog_type_named(type) };
    return p;
}

static uint8_t *
copy(const uint8_t *bytes, uint32_t n)
{
    return bytes ? memcpy(xmalloc(n), bytes, n) : NULL;
}

static void
add_vectors(struct suite *s, const char *root, const char *folder, const char *type, struct buf *errors)
{
    char path[4096];
    uint32_t n;
    snprintf(path, sizeof path, "%s/%s", root, folder);
    struct vector *list = vectors_read(path, &n, errors);
    for (uint32_t i = 0; i < n; i++) {
        const struct vector *v = &list[i];
        struct suite_program *p = add(s, v->code, v->n_slots, type);
        snprintf(p->name, sizeof p->name, "%s", v->name);
        if (p->type->family == CTX_SKB)
            p->input = (struct input){ .packet = copy(v->mem, v->mem_bytes), .packet_bytes = v->mem_bytes };
        else
            p->input = (struct input){ .ctx = copy(v->mem, v->mem_bytes), .ctx_bytes = v->mem_bytes };
    }
    vectors_free(list, n);
}

/* ---------------------------------------------------------------- accesses at the edges */

enum { THE_FORM = OP_illegal };

#define FORM(base, at) { .op = THE_FORM, .dst = base, .src = REG_3, .off = at }
#define LOAD(base, at) { .op = OP_ldx_b, .dst = REG_4, .src = base, .off = at }
#define STORE(base, at) { .op = OP_stx_b, .dst = base, .src = REG_3, .off = at }

/* Three turns through r6, r9 counts: two at good places, so that what there is to learn is learned, the last at the place in question. */
static const struct shape {
    const char *name;
    struct insn body[4];
} shapes[] = {
    { "alone", { FORM(REG_6, 0) } },
    { "odd", { FORM(REG_6, 1) } },
    { "last", { LOAD(REG_6, -4), LOAD(REG_6, -1), FORM(REG_6, 0) } },
    { "first", { FORM(REG_6, 0), LOAD(REG_6, 1), STORE(REG_6, 2) } },
    { "exit", { LOAD(REG_6, -2), { .op = OP_jeq64_k, .dst = REG_9, .imm = 77, .off = 6 }, FORM(REG_6, 0), LOAD(REG_6, -1) } },
};

/* Memory and how it is come by. */
static const struct area {
    const char *name;
    const char *type; /* of the program: its context has EDGE_BYTES */
    uint8_t first;    /* register that the first good place counts from */
    int16_t first_at;
    uint8_t base;     /* register that the area counts from */
    int16_t start;
    uint16_t bytes;
    bool is_readonly;
} areas[] = {
    { "context", "syscall", REG_1, EDGE_BYTES / 2, REG_1, 0, EDGE_BYTES, false },
    { "read-only context", "tracepoint", REG_1, EDGE_BYTES / 2, REG_1, 0, EDGE_BYTES, true },
    { "frame", "syscall", REG_10, -64, REG_10, -STACK_BYTES, STACK_BYTES, false },
    { "context after frame", "syscall", REG_10, -64, REG_1, 0, EDGE_BYTES, false },
};

static void
put(uint8_t *code, uint32_t *n, struct insn insn)
{
    *n += insn_encode(&insn, code + *n * SLOT_BYTES);
}

static void
put_pointer(uint8_t *code, uint32_t *n, uint8_t reg, uint8_t base, int32_t off)
{
    put(code, n, (struct insn){ .op = OP_mov64_x, .dst = reg, .src = base });
    put(code, n, (struct insn){ .op = OP_add64_k, .dst = reg, .imm = off });
}

static void
add_edge(struct suite *s, const struct area *area, const struct shape *shape, uint16_t op, int place)
{
    enum insn_kind kind = insn_rows[op].kind;
    bool is_load = kind == KIND_LDX || kind == KIND_LDSX || kind == KIND_LDACQ;
    uint8_t code[32 * SLOT_BYTES], bytes[EDGE_BYTES];
    uint32_t n = 0;
    put_pointer(code, &n, REG_8, area->base, area->start + place);
    put_pointer(code, &n, REG_7, area->base, area->start + area->bytes / 2);
    put_pointer(code, &n, REG_6, area->first, area->first_at);
    put(code, &n, (struct insn){ .op = OP_mov64_k, .dst = REG_9, .imm = 3 });
    put(code, &n, (struct insn){ .op = OP_mov64_k, .dst = REG_3, .imm = 0x51 });
    uint32_t turn = n;
    for (const struct insn *insn = shape->body; insn < shape->body + ARRAY_LEN(shape->body) && insn->op; insn++) {
        struct insn form = { .op = op, .dst = insn->dst, .src = insn->src, .off = insn->off, .imm = 9 };
        if (is_load)
            form = (struct insn){ .op = op, .dst = insn->src, .src = insn->dst, .off = insn->off };
        put(code, &n, insn->op == THE_FORM ? form : *insn);
    }
    put(code, &n, (struct insn){ .op = OP_mov64_x, .dst = REG_6, .src = REG_7 });
    put(code, &n, (struct insn){ .op = OP_mov64_x, .dst = REG_7, .src = REG_8 });
    put(code, &n, (struct insn){ .op = OP_sub64_k, .dst = REG_9, .imm = 1 });
    put(code, &n, (struct insn){ .op = OP_jne64_k, .dst = REG_9, .off = (int16_t)(turn - n - 1) });
    put(code, &n, (struct insn){ .op = OP_exit });
    struct suite_program *p = add(s, code, n, area->type);
    snprintf(p->name, sizeof p->name, "%s %s at %d of %s", insn_rows[op].name, shape->name, place, area->name);
    p->edge_bytes = kind == KIND_LDX && shape == &shapes[0] ? insn_rows[op].width_bits / 8 : 0;
    for (uint32_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 37);
    p->input = (struct input){ .ctx = copy(bytes, sizeof bytes), .ctx_bytes = sizeof bytes };
}

/* Every load, store and atomic: the first and the last good place, the nearest bad ones, and one that is not aligned. */
static void
add_edges_of(struct suite *s, const struct area *area, const struct shape *shape, uint16_t op)
{
    int len = insn_rows[op].width_bits / 8, bytes = area->bytes;
    const int places[] = { 0, -1, -len, bytes - len, bytes - len + 1, bytes, bytes / 2 + 1 };
    for (size_t i = 0; i < (area->is_readonly ? 1 : ARRAY_LEN(places)); i++)
        add_edge(s, area, shape, op, places[i]);
}

static void
add_edges(struct suite *s)
{
    for (uint16_t op = 0; op < N_OPS; op++) {
        if (insn_rows[op].kind < KIND_LDX || insn_rows[op].kind > KIND_STREL)
            continue;
        for (size_t i = 0; i < ARRAY_LEN(areas); i++)
            for (size_t k = 0; k < ARRAY_LEN(shapes); k++)
                add_edges_of(s, &areas[i], &shapes[k], op);
    }
}

/* ---------------------------------------------------------------- the suite */

static void
add_random(struct suite *s, uint64_t seed)
{
    static uint8_t code[GENERATE_MAX_SLOTS * SLOT_BYTES];
    uint8_t memory[MEMORY_BYTES];
    for (uint32_t i = 0; i < MEMORY_BYTES; i++)
        memory[i] = (uint8_t)(i * 37);
    struct suite_program *p = add(s, code, generate_program(seed, &generate_everything, MEMORY_BYTES, code), "generic");
    snprintf(p->name, sizeof p->name, "random %" PRIu64, seed);
    p->seed = seed;
    p->input = (struct input){ .ctx = copy(memory, MEMORY_BYTES), .ctx_bytes = MEMORY_BYTES };
}

void
suite_open(struct suite *s, const char *root, uint64_t first_seed, uint32_t n_random, struct buf *errors)
{
    *s = (struct suite){ 0 };
    add_vectors(s, root, "tests/vectors", "generic", errors);
    add_vectors(s, root, "tests/vectors/packet", "tc", errors);
    add_vectors(s, root, "tests/vectors/sim", "generic", errors);
    add_edges(s);
    for (uint32_t i = 0; i < n_random; i++)
        add_random(s, first_seed + i);
}

void
suite_close(struct suite *s)
{
    for (uint32_t i = 0; i < s->n; i++) {
        program_free(s->list[i].program);
        free((void *)s->list[i].input.ctx);
        free((void *)s->list[i].input.packet);
    }
    free(s->list);
    *s = (struct suite){ 0 };
}

void
suite_start(const struct suite_program *p, struct machine *m)
{
    struct errinfo e;
    m->env.may_goto_limit = MAY_GOTO_LIMIT;
    enum err err = machine_start(m, 0, p->type, &p->input, &e);
    assert(err == OK && "vectors and random programs can be started");
    (void)err;
}
