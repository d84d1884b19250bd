/* Random subjects: what is drawn how often, registers and their values, functions. See generate.h and generate_private.h. */
#include "config.h"

#include "jit/diff/generate_private.h"

#include "jit/diff/known.h"
#include "sim/base/base.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { MAIN_STACK = 192, CALLEE_STACK = 64, CTX_SLOT = -8, EPILOGUE_INSNS = 12, MAY_GOTO_KERNEL = 8388608, MAX_STOP_AFTER = 64 };

const struct generate_class_row generate_classes[N_CLASSES] = {
#define CLASS(name_, weight_, help_) { .name = #name_, .help = help_, .weight = weight_ },
#include "jit/diff/class.def"
};

static void (*const put_class[N_CLASSES])(struct gen *s) = {
#define CLASS(name, ...) put_##name,
#include "jit/diff/class.def"
};

const struct generate_options generate_everything = {
    .n_insns = 50, .cpu = 4, .wild_percent = 2, .points_percent = 5, .stop_percent = 5,
    .weights = {
#define CLASS(name, weight, help) weight,
#include "jit/diff/class.def"
    },
};

enum err
generate_parse_weights(const char *text, struct generate_options *options, struct errinfo *e)
{
    while (*text) {
        size_t n = strcspn(text, "=,");
        uint32_t class = 0;
        char *end;
        while (class < N_CLASSES && (strlen(generate_classes[class].name) != n || strncmp(generate_classes[class].name, text, n)))
            class++;
        if (class == N_CLASSES || text[n] != '=')
            return err_set_detail(e, ERR_USAGE, text, "classes are "
#define CLASS(name, ...) #name " "
#include "jit/diff/class.def"
                                  "(CLASS=WEIGHT,...)");
        unsigned long weight = strtoul(text + n + 1, &end, 10);
        if (end == text + n + 1 || (*end && *end != ',') || weight > GENERATE_MAX_WEIGHT)
            return err_set_detail(e, ERR_USAGE, text, "a weight is a number from 0 to 1000");
        options->weights[class] = (uint32_t)weight;
        text = *end ? end + 1 : end;
    }
    return OK;
}

/* ---------------------------------------------------------------- rows */

static bool
is_allowed(const struct generate_options *o, enum op op)
{
    const struct insn any = { .op = (uint16_t)op, .imm = 1 };
    return insn_rows[op].cpu <= o->cpu && !(o->for_kernel && known_difference(&any));
}

/* What draws the row; N_USES: nothing does, it has a place of its own. */
static enum row_use
use_of(enum op op)
{
    switch ((enum insn_kind)insn_rows[op].kind) {
    case KIND_ALU:
        return USE_ALU;
    case KIND_NEG:
    case KIND_MOVSX:
    case KIND_SWAP:
    case KIND_ADDRSPACE:
        return USE_CONVERT;
    case KIND_LDX:
    case KIND_LDSX:
        return USE_LOAD;
    case KIND_ST:
    case KIND_STX:
        return USE_STORE;
    case KIND_ATOMIC:
    case KIND_ATOMIC_FETCH:
    case KIND_ATOMIC_CMPXCHG:
        return USE_ATOMIC;
    case KIND_LDACQ:
        return USE_ORDERED_LOAD;
    case KIND_STREL:
        return USE_ORDERED_STORE;
    case KIND_JCC:
        return USE_JCC;
    case KIND_JA:
        return USE_JA;
    case KIND_LDABS:
    case KIND_LDIND:
        return USE_PACKET;
    case KIND_CALLK:
        return USE_ODD;
    case KIND_LDDW:
        return op == OP_ld_var || op == OP_ld_map_idx || op == OP_ld_map_idx_val ? USE_ODD : N_USES;
    default:
        return N_USES;
    }
}

void
generator_init(struct generator *g, const struct generate_options *options)
{
    assert(options->n_insns >= 1 && options->n_insns <= GENERATE_MAX_INSNS && options->cpu >= 1);
    assert(options->bare_bytes <= SUBJECT_MAX_INPUT && options->bare_bytes % 8 == 0 && !(options->bare_bytes && options->for_kernel));
    *g = (struct generator){ .options = *options };
    g->generic = prog_type_named("generic");
    g->tc = prog_type_named("tc");
    g->xdp = prog_type_named("xdp");
    if (options->bare_bytes)
        g->options.weights[CLASS_map] = g->options.weights[CLASS_tailcall] = 0;
    for (uint32_t op = 0; op < N_OPS; op++) {
        enum row_use use = use_of((enum op)op);
        if (use == N_USES || !is_allowed(options, (enum op)op))
            continue;
        struct row_list *list = &g->rows[use];
        assert(list->n < ARRAY_LEN(list->ops));
        list->ops[list->n++] = (uint16_t)op;
    }
    for (uint32_t i = 0; i < N_CLASSES; i++) {
        assert(options->weights[i] <= GENERATE_MAX_WEIGHT);
        g->total_weight += g->options.weights[i];
    }
}

uint32_t
generator_rows(const struct generator *g, uint32_t *n_outcomes)
{
    static const uint16_t not_for_kernel[] = { OP_call_kfunc, OP_ld_func };
    uint32_t n = 0;
    *n_outcomes = 0;
    for (uint32_t op = 0; op < N_OPS; op++) {
        bool is_made = is_allowed(&g->options, (enum op)op);
        for (uint32_t i = 0; i < ARRAY_LEN(not_for_kernel); i++)
            is_made &= !(g->options.for_kernel && op == not_for_kernel[i]);
        n += is_made;
        *n_outcomes += is_made && insn_rows[op].kind == KIND_JCC ? 2 : 0;
    }
    return n;
}

enum op
draw(struct gen *s, enum row_use use)
{
    const struct row_list *list = &s->g->rows[use];
    return list->n ? (enum op)list->ops[rng_below(&s->rng, list->n)] : N_OPS;
}

bool
may_use(const struct gen *s, enum op op)
{
    return is_allowed(&s->g->options, op);
}

bool
is_wild(struct gen *s)
{
    return !s->is_strict && rng_chance(&s->rng, s->g->options.wild_percent);
}

int64_t
draw_imm(struct gen *s, enum op op)
{
    struct insn insn = { .op = (uint16_t)op, .imm = (int32_t)rng_edge(&s->rng) };
    while (s->is_strict && known_difference(&insn))
        insn.imm = 1 + rng_below(&s->rng, 31);
    return insn.imm;
}

/* ---------------------------------------------------------------- writing */

uint32_t
put(struct gen *s, enum op op, uint8_t dst, uint8_t src, int64_t off, int64_t imm)
{
    const struct insn insn = { .op = (uint16_t)op, .dst = dst, .src = src, .off = (int16_t)off, .imm = imm };
    uint32_t at = s->n;
    assert(at + 2 <= SUBJECT_MAX_SLOTS);
    s->n += insn_encode(&insn, &s->out->code[(size_t)at * SLOT_BYTES]);
    s->path += s->times;
    return at;
}

void
patch(struct gen *s, uint32_t at, const struct insn *insn)
{
    uint8_t bytes[2 * SLOT_BYTES];
    uint32_t n = insn_encode(insn, bytes);
    memcpy(&s->out->code[(size_t)at * SLOT_BYTES], bytes, (size_t)n * SLOT_BYTES);
}

/* ---------------------------------------------------------------- registers */

void
put_value(struct gen *s, uint8_t reg)
{
    int64_t value = rng_edge(&s->rng);
    if (rng_chance(&s->rng, 30) && s->memory != NO_REG)
        put(s, OP_ldx_dw, reg, s->memory, rng_below(&s->rng, s->memory_bytes / 8) * 8, 0);
    else if (value == (int32_t)value || rng_chance(&s->rng, 50))
        put(s, OP_mov64_k, reg, 0, 0, (int32_t)value);
    else
        put(s, OP_lddw, reg, 0, 0, value);
    s->valid |= (uint16_t)(1u << reg);
}

void
make_valid(struct gen *s, uint16_t regs)
{
    for (uint8_t reg = 0; reg < N_REGS; reg++)
        if (regs & ~s->valid & 1u << reg)
            put_value(s, reg);
}

uint8_t
source_reg(struct gen *s)
{
    if (!s->is_strict)
        return rng_chance(&s->rng, 90) ? rng_reg(&s->rng, s->writable) : (uint8_t)rng_below(&s->rng, N_REGS);
    uint16_t good = s->valid & s->writable;
    return good ? rng_reg(&s->rng, good) : changed_reg(s);
}

uint8_t
target_reg(struct gen *s)
{
    uint8_t reg = is_wild(s) && rng_chance(&s->rng, 20) ? (uint8_t)rng_below(&s->rng, N_REGS) : rng_reg(&s->rng, s->writable);
    s->valid |= (uint16_t)(1u << reg);
    return reg;
}

uint8_t
changed_reg(struct gen *s)
{
    uint16_t good = s->valid & s->writable;
    if (!s->is_strict)
        return target_reg(s);
    if (good)
        return rng_reg(&s->rng, good);
    uint8_t reg = rng_reg(&s->rng, s->writable);
    put_value(s, reg);
    return reg;
}

void
forget_arguments(struct gen *s)
{
    s->valid = (uint16_t)((s->valid & ~0x3eu) | 1u << REG_0);
}

/* ---------------------------------------------------------------- items */

void
put_items(struct gen *s, uint32_t n)
{
    for (uint32_t i = 0; i < n && s->n < s->limit && s->g->total_weight; i++) {
        uint32_t dice = rng_below(&s->rng, s->g->total_weight), class = 0;
        while (dice >= s->g->options.weights[class])
            dice -= s->g->options.weights[class++];
        put_class[class](s);
    }
}

/* ---------------------------------------------------------------- functions */

/* The packet's start and a check that it is long enough, as the verifier wants to see it. Returns the slot of the branch that leads out. */
static uint32_t
put_packet_check(struct gen *s)
{
    bool is_xdp = s->out->type->family == CTX_XDP;
    uint8_t end = REG_2, past = REG_3;
    put(s, OP_mov64_k, REG_0, 0, 0, 0);
    put(s, OP_ldx_w, s->memory, REG_1, is_xdp ? 0 : 76, 0);
    put(s, OP_ldx_w, end, REG_1, is_xdp ? 4 : 80, 0);
    put(s, OP_mov64_x, past, s->memory, 0, 0);
    put(s, OP_add64_k, past, 0, 0, s->memory_bytes);
    return put(s, OP_jgt64_x, past, end, 0, 0);
}

/* What a program finds in its registers and where it puts it. Returns the slot of the branch that leads out, 0: there is none. */
static uint32_t
put_main_prologue(struct gen *s)
{
    uint32_t out = 0;
    s->memory = REG_6;
    s->memory_bytes = s->out->n_input;
    s->ctx = NO_REG;
    s->state = NO_REG;
    s->writable = 0x3bf; /* r0-r5, r7-r9 */
    s->valid = 0;
    s->filled = 0;
    if (s->out->type->family == CTX_GENERIC) {
        put(s, OP_mov64_x, REG_6, REG_1, 0, 0);
        s->ctx = s->memory;
    } else if (s->out->type->family == CTX_XDP) {
        put(s, OP_stx_dw, REG_10, REG_1, CTX_SLOT, 0);
        if (!s->is_strict && rng_chance(&s->rng, 50)) {
            s->ctx = REG_7;
            s->writable &= (uint16_t)~(1u << REG_7);
            put(s, OP_mov64_x, REG_7, REG_1, 0, 0);
        }
        out = put_packet_check(s);
        s->valid = 1u << REG_0;
    } else { /* LDABS wants the context in r6 */
        s->memory = REG_8;
        s->ctx = REG_6;
        s->writable = 0x2bf;
        out = put_packet_check(s);
        put(s, OP_mov64_x, REG_6, REG_1, 0, 0);
        s->valid = 1u << REG_0;
    }
    if (s->is_strict || (!s->g->options.bare_bytes && rng_chance(&s->rng, 40))) {
        s->state = REG_9;
        s->writable &= (uint16_t)~(1u << REG_9);
        put(s, OP_ld_map_val, REG_9, 0, 0, SUBJECT_STATE);
    }
    return out;
}

/* Random registers get random values; without a verifier the others hold zeros, or what was there. */
static void
put_first_values(struct gen *s)
{
    uint16_t regs = s->writable;
    if (!s->is_strict)
        regs &= (uint16_t)rng_next(&s->rng);
    for (uint8_t reg = 0; reg < N_REGS; reg++)
        if (regs & 1u << reg && (!s->is_strict || rng_chance(&s->rng, 60)))
            put_value(s, reg);
}

/* Leaves every number of the main program where it is compared: registers themselves are when no kernel takes part. */
static void
put_main_epilogue(struct gen *s, uint32_t out)
{
    make_valid(s, 1u << REG_0);
    for (uint8_t reg = 0; reg < REG_10 && s->is_strict; reg++)
        if (s->writable & s->valid & 1u << reg)
            put(s, OP_stx_dw, s->state, reg, reg * 8, 0);
    if (out)
        patch(s, out, &(struct insn){ .op = OP_jgt64_x, .dst = REG_3, .src = REG_2, .off = (int16_t)(s->n - out - 1) });
    put(s, OP_exit, 0, 0, 0, 0);
}

/* Makes r0 depend on the others, which are lost when a function returns. */
static void
put_callee_epilogue(struct gen *s)
{
    make_valid(s, 1u << REG_0);
    for (uint8_t reg = REG_1; reg < REG_10; reg++) {
        if (!(s->writable & 1u << reg) || (s->is_strict && !(s->valid & 1u << reg)) || rng_chance(&s->rng, 30))
            continue;
        put(s, rng_chance(&s->rng, 50) ? OP_add64_x : OP_xor64_x, REG_0, reg, 0, 0);
    }
    put(s, OP_exit, 0, 0, 0, 0);
}

static void
begin_function(struct gen *s, uint32_t n_insns, bool is_main)
{
    s->start = s->n;
    s->limit = s->n + n_insns;
    s->nesting = 0;
    s->is_main = is_main;
    s->filled = 0;
    s->times = 1;
    s->stack_bytes = s->is_strict || rng_chance(&s->rng, 70) ? (is_main ? MAIN_STACK : CALLEE_STACK) : STACK_BYTES;
}

/* A program: what the kernel or a tail call starts. */
static void
put_program(struct gen *s, uint32_t n_insns)
{
    begin_function(s, n_insns, true);
    uint32_t out = put_main_prologue(s);
    if (s->is_strict)
        s->stack_bytes -= s->out->n_targets ? MAIN_STACK / 2 : 0;
    put_first_values(s);
    s->limit = s->limit > s->n + EPILOGUE_INSNS ? s->limit - (s->is_strict ? EPILOGUE_INSNS : 1) : s->n + 1;
    if (s->may_call && rng_chance(&s->rng, 70))
        put_call(s);
    while (s->n < s->limit && s->g->total_weight)
        put_items(s, 4);
    put_main_epilogue(s, out);
}

/* A function that others call: r1 points to the memory that they have, r2 to r5 are numbers. */
static void
put_function(struct gen *s, uint32_t n_insns)
{
    begin_function(s, n_insns, false);
    s->times = s->callee_times;
    s->memory = REG_6;
    s->ctx = s->state = NO_REG;
    s->writable = 0x3bf;
    s->valid = 0x3c; /* r2-r5 */
    put(s, OP_mov64_x, REG_6, REG_1, 0, 0);
    while (s->n < s->limit && s->g->total_weight)
        put_items(s, 3);
    put_callee_epilogue(s);
}

/* ---------------------------------------------------------------- subjects */

static const struct prog_type *
draw_type(struct gen *s)
{
    const struct generate_options *o = &s->g->options;
    uint32_t dice = rng_below(&s->rng, 100);
    if (o->bare_bytes)
        return s->g->generic;
    if (dice < 8 && o->weights[CLASS_packet])
        return s->g->tc;
    if (s->is_strict || dice < 15)
        return s->g->xdp;
    return s->g->generic;
}

static void
draw_input(struct gen *s)
{
    static const uint32_t sizes[] = { 64, 64, 128, 256 };
    struct subject *out = s->out;
    out->n_input = s->g->options.bare_bytes ? s->g->options.bare_bytes : sizes[rng_below(&s->rng, ARRAY_LEN(sizes))];
    for (uint32_t i = 0; i < out->n_input; i += sizeof(uint64_t)) {
        int64_t value = rng_edge(&s->rng);
        memcpy(out->input + i, &value, sizeof value);
    }
    /* an ethertype that nobody looks behind */
    out->input[12] = 0x88;
    out->input[13] = 0xb5;
}

void
generate_subject(const struct generator *g, uint64_t seed, struct subject *out)
{
    struct gen s = { .rng = { seed }, .g = g, .out = out, .is_strict = g->options.for_kernel, .callee_times = 1 };
    uint32_t n = g->options.n_insns, n_functions = 0, n_targets = 0;
    out->type = draw_type(&s);
    out->may_goto_limit = s.is_strict ? MAY_GOTO_KERNEL : rng_below(&s.rng, 2 * MAX_NESTING);
    draw_input(&s);
    if (g->options.weights[CLASS_call] && is_allowed(&g->options, OP_call_local) && rng_chance(&s.rng, 30))
        n_functions = 1 + rng_below(&s.rng, MAX_FUNCTIONS - 1);
    else if (g->options.weights[CLASS_tailcall] && rng_chance(&s.rng, s.is_strict ? 2 : 6))
        n_targets = 1 + rng_below(&s.rng, SUBJECT_MAX_TARGETS);
    out->n_targets = n_targets;
    s.may_call = n_functions;
    uint32_t share = n / (1 + n_functions + n_targets);
    put_program(&s, n - (n_functions + n_targets) * (share / 2));
    while (s.may_call > 0 && s.n_calls > 0) {
        s.may_call--;
        resolve_calls(&s, s.may_call == 0);
        put_function(&s, share / 2 + 1);
    }
    for (uint32_t i = 0; i < n_targets; i++) {
        out->targets[i] = s.n;
        put_program(&s, share / 2 + 1);
    }
    out->n_slots = s.n;
    out->longest_path = s.path;
    out->has_unit_costs = rng_chance(&s.rng, 50);
    out->stop_after = rng_chance(&s.rng, g->options.stop_percent) ? 1 + rng_below(&s.rng, MAX_STOP_AFTER) : 0;
    out->n_points = 0;
    if (rng_chance(&s.rng, g->options.points_percent))
        generate_points(&s.rng, out);
}

uint32_t
generate_program(uint64_t seed, const struct generate_options *options, uint32_t memory_bytes, uint8_t *code)
{
    struct generate_options bare = *options;
    struct generator g;
    struct subject s;
    bare.bare_bytes = memory_bytes;
    generator_init(&g, &bare);
    generate_subject(&g, seed, &s);
    memcpy(code, s.code, (size_t)s.n_slots * SLOT_BYTES);
    return s.n_slots;
}
