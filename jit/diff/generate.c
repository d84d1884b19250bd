/* Random programs. See generate.h.
 *
 * Registers: r6 holds the memory, r7 to r9 count loops (by nesting), r0 to r5 are free. The frame of every function is filled at its
 * start, so that no value comes from nowhere. */
#include "config.h"

#include "jit/diff/generate.h"

#include "sim/base/base.h"
#include "sim/object/layout.h"

#include <assert.h>
#include <string.h>

enum { MEMORY_REG = REG_6, FIRST_COUNTER = REG_7, MAX_NESTING = 3, MAX_FUNCTIONS = 4, MAX_CALLS = 16 };

struct state {
    uint64_t random;
    const struct generate_options *options;
    uint32_t memory_bytes;
    uint8_t *code;
    uint32_t n; /* slots */
    uint32_t limit;
    uint32_t nesting;
    uint32_t n_functions; /* that will follow the one being written */
    uint32_t calls[MAX_CALLS]; /* slots of local calls whose target is still to come */
    uint32_t n_calls;
};

const struct generate_options generate_everything = {
    .n_insns = 60, .groups = UINT32_MAX, .has_loops = true, .has_calls = true, .has_memory = true, .wild_percent = 2
};

/* splitmix64 */
static uint64_t
random64(struct state *s)
{
    uint64_t z = s->random += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static uint32_t
below(struct state *s, uint32_t n)
{
    return (uint32_t)(random64(s) >> 32) % n;
}

static bool
chance(struct state *s, uint32_t percent)
{
    return below(s, 100) < percent;
}

/* Values at the edges more often than any others. */
static int64_t
edge_value(struct state *s)
{
    static const int64_t edges[] = {
        0, 1, 2, -1, -2, 7, 8, 31, 32, 33, 63, 64, 65, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x10000, INT32_MAX, INT32_MIN, UINT32_MAX,
        INT64_C(0x100000000), INT64_MAX, INT64_MIN, INT64_C(0xffffffff00000000), INT64_C(0x7fffffff80000000), 0x0102030405060708,
    };
    return chance(s, 70) ? edges[below(s, ARRAY_LEN(edges))] : (int64_t)random64(s);
}

static uint8_t
any_register(struct state *s)
{
    return (uint8_t)below(s, REG_5 + 1);
}

/* A source may also be what must not be written. */
static uint8_t
any_source(struct state *s)
{
    return (uint8_t)below(s, N_REGS);
}

static uint32_t
put(struct state *s, struct insn insn)
{
    uint8_t bytes[16];
    uint32_t at = s->n, n = insn_encode(&insn, bytes);
    memcpy(s->code + (size_t)at * SLOT_BYTES, bytes, (size_t)n * SLOT_BYTES);
    s->n += n;
    return at;
}

static void
put_again(struct state *s, uint32_t at, struct insn insn)
{
    uint8_t bytes[16];
    uint32_t n = insn_encode(&insn, bytes);
    memcpy(s->code + (size_t)at * SLOT_BYTES, bytes, (size_t)n * SLOT_BYTES);
}

static bool
is_allowed(const struct state *s, const struct insn_row *row)
{
    return row->group == GROUP_base64 || s->options->groups & 1u << row->group;
}

/* A random row of a kind that the options allow. */
static uint16_t
row_of_kind(struct state *s, enum insn_kind kind)
{
    uint32_t n = 0;
    uint16_t chosen = OP_mov64_x;
    for (uint16_t op = 0; op < N_OPS; op++)
        if (insn_rows[op].kind == kind && is_allowed(s, &insn_rows[op]) && below(s, ++n) == 0)
            chosen = op;
    return chosen;
}

/* ---------------------------------------------------------------- items */

static void
put_arithmetic(struct state *s)
{
    static const uint8_t kinds[] = { KIND_ALU, KIND_ALU, KIND_ALU, KIND_ALU, KIND_ALU, KIND_ALU, KIND_NEG, KIND_MOVSX, KIND_SWAP, KIND_ADDRSPACE };
    uint16_t op = row_of_kind(s, kinds[below(s, ARRAY_LEN(kinds))]);
    put(s, (struct insn){ .op = op, .dst = any_register(s), .src = any_source(s), .imm = (int32_t)edge_value(s) });
}

static void
put_constant(struct state *s, uint8_t reg)
{
    if (chance(s, 50))
        put(s, (struct insn){ .op = OP_lddw, .dst = reg, .imm = edge_value(s) });
    else
        put(s, (struct insn){ .op = OP_mov64_k, .dst = reg, .imm = (int32_t)edge_value(s) });
}

/* Makes a register point into the stack or the memory and gives it; *off is what to add for `bytes` good ones. */
static uint8_t
put_pointer(struct state *s, uint32_t bytes, bool is_aligned, int16_t *off)
{
    bool is_wild = chance(s, s->options->wild_percent);
    uint32_t align = is_aligned && !is_wild ? bytes : 1;
    uint8_t base = any_register(s);
    if (chance(s, 50) || s->memory_bytes < 64) {
        int32_t at = -(int32_t)(below(s, (STACK_BYTES - bytes) / align) * align + bytes);
        at = ROUND_UP(-at, (int32_t)align) * -1;
        if (is_wild)
            at += chance(s, 50) ? STACK_BYTES : -STACK_BYTES;
        *off = (int16_t)at;
        if (chance(s, 60))
            return REG_10;
        put(s, (struct insn){ .op = OP_mov64_x, .dst = base, .src = REG_10 });
        put(s, (struct insn){ .op = OP_add64_k, .dst = base, .imm = at });
        *off = 0;
        return base;
    }
    uint32_t at = below(s, (s->memory_bytes - bytes) / align) * align;
    *off = (int16_t)(is_wild ? at + s->memory_bytes : at);
    if (chance(s, 50))
        return MEMORY_REG;
    /* memory + (something & 31): a pointer that is not known when compiled */
    put(s, (struct insn){ .op = OP_and64_k, .dst = base, .imm = align > 1 ? 24 : 31 });
    put(s, (struct insn){ .op = OP_add64_x, .dst = base, .src = MEMORY_REG });
    if ((uint32_t)*off + 32 + bytes > s->memory_bytes && !is_wild)
        *off = (int16_t)(below(s, 8) * 8 % 24);
    return base;
}

static void
put_access(struct state *s)
{
    static const uint8_t kinds[] = { KIND_LDX, KIND_LDX, KIND_LDX, KIND_STX, KIND_STX, KIND_ST, KIND_LDSX, KIND_ATOMIC, KIND_ATOMIC_FETCH, KIND_ATOMIC_CMPXCHG, KIND_LDACQ, KIND_STREL };
    uint16_t op = row_of_kind(s, kinds[below(s, ARRAY_LEN(kinds))]);
    enum insn_kind kind = insn_rows[op].kind;
    int16_t off;
    if (kind == KIND_ALU) /* nothing of that kind is allowed */
        return;
    uint8_t base = put_pointer(s, insn_rows[op].width_bits / 8, kind >= KIND_ATOMIC, &off), other = any_register(s);
    bool is_load = kind == KIND_LDX || kind == KIND_LDSX || kind == KIND_LDACQ;
    put(s, (struct insn){ .op = op, .dst = is_load ? other : base, .src = is_load ? base : other, .off = off, .imm = (int32_t)edge_value(s) });
}

static void put_items(struct state *s, uint32_t n);

/* A branch over some items, with a random condition. */
static void
put_skip(struct state *s)
{
    struct insn insn = { .op = row_of_kind(s, KIND_JCC), .dst = any_register(s), .src = any_source(s), .imm = (int32_t)edge_value(s) };
    uint32_t at = put(s, insn);
    put_items(s, 1 + below(s, 5));
    insn.off = (int16_t)(s->n - at - 1);
    if (chance(s, s->options->wild_percent))
        insn.off = INT16_MAX;
    put_again(s, at, insn);
}

static void
put_loop(struct state *s)
{
    uint8_t counter = (uint8_t)(FIRST_COUNTER + s->nesting);
    if (s->nesting == MAX_NESTING)
        return;
    s->nesting++;
    put(s, (struct insn){ .op = OP_mov64_k, .dst = counter, .imm = 1 + below(s, 8) });
    uint32_t head = s->n;
    put_items(s, 1 + below(s, 8));
    put(s, (struct insn){ .op = OP_sub64_k, .dst = counter, .imm = 1 });
    put(s, (struct insn){ .op = OP_jne64_k, .dst = counter, .off = (int16_t)(head - s->n - 1) });
    s->nesting--;
}

static void
put_call(struct state *s)
{
    if (!s->options->has_calls || !s->n_functions || s->n_calls == MAX_CALLS)
        return;
    s->calls[s->n_calls++] = put(s, (struct insn){ .op = OP_call_local });
    for (uint8_t reg = REG_1; reg <= REG_5; reg++)
        if (chance(s, 80))
            put_constant(s, reg);
}

static void
put_items(struct state *s, uint32_t n)
{
    for (uint32_t i = 0; i < n && s->n < s->limit; i++) {
        uint32_t dice = below(s, 100);
        if (dice < 45)
            put_arithmetic(s);
        else if (dice < 50)
            put_constant(s, any_register(s));
        else if (dice < 80 && s->options->has_memory)
            put_access(s);
        else if (dice < 90)
            put_skip(s);
        else if (dice < 95 && s->options->has_loops)
            put_loop(s);
        else
            put_call(s);
    }
}

/* ---------------------------------------------------------------- functions */

static void
put_function(struct state *s, uint32_t n_insns)
{
    s->nesting = 0;
    s->limit = s->n + n_insns;
    for (uint8_t reg = REG_0; reg < REG_10; reg++)
        if (reg != MEMORY_REG && (s->n == 0 ? reg != REG_1 : true))
            put_constant(s, reg);
    for (int16_t off = -8; off >= -STACK_BYTES; off = (int16_t)(off - (chance(s, 50) ? 8 : 64)))
        put(s, (struct insn){ .op = OP_stx_dw, .dst = REG_10, .src = any_register(s), .off = off });
    s->limit = s->n + n_insns;
    while (s->n < s->limit)
        put_items(s, 4);
    put(s, (struct insn){ .op = OP_exit });
}

/* Gives the calls that wait a target among the functions that follow: the next one, at slot s->n. */
static void
resolve_calls(struct state *s)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < s->n_calls; i++) {
        if (s->n_functions > 0 && chance(s, 50)) {
            s->calls[kept++] = s->calls[i];
            continue;
        }
        put_again(s, s->calls[i], (struct insn){ .op = OP_call_local, .imm = (int32_t)(s->n - s->calls[i] - 1) });
    }
    s->n_calls = kept;
}

uint32_t
generate_program(uint64_t seed, const struct generate_options *options, uint32_t memory_bytes, uint8_t *code)
{
    assert(options->n_insns >= 1 && options->n_insns <= GENERATE_MAX_INSNS);
    struct state s = { .random = seed, .options = options, .memory_bytes = memory_bytes, .code = code };
    s.n_functions = options->has_calls ? below(&s, MAX_FUNCTIONS) : 0;
    put(&s, (struct insn){ .op = OP_mov64_x, .dst = MEMORY_REG, .src = REG_1 });
    put_function(&s, options->n_insns);
    while (s.n_functions > 0) {
        s.n_functions--;
        resolve_calls(&s);
        put_function(&s, 4 + below(&s, options->n_insns / 3 + 1));
    }
    assert(s.n <= GENERATE_MAX_SLOTS);
    return s.n;
}

void
generate_subject(uint64_t seed, const struct generate_options *options, struct subject *out)
{
    struct state s = { .random = ~seed, .options = options };
    static const uint32_t sizes[] = { 64, 128, 256, SUBJECT_MAX_INPUT };
    out->type = prog_type_named("generic");
    out->n_targets = 0;
    out->n_input = sizes[below(&s, ARRAY_LEN(sizes))];
    for (uint32_t i = 0; i < out->n_input; i += sizeof(uint64_t)) {
        int64_t value = edge_value(&s);
        memcpy(out->input + i, &value, sizeof value);
    }
    out->n_slots = generate_program(seed, options, out->n_input, out->code);
}
