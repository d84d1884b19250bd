/* Generated calls: of functions, helpers, maps, other programs, and of what does not exist. See generate_private.h. */
#include "config.h"

#include "jit/diff/generate_private.h"

#include "sim/base/base.h"

#include <linux/bpf.h>

enum { MAX_CALLEE_TIMES = 60, MAX_CALLEE_PATH = 3000, MAX_CALLBACK_TURNS = 4 };

/* r1 = the context. */
static void
put_context(struct gen *s)
{
    if (s->ctx != NO_REG)
        put(s, OP_mov64_x, REG_1, s->ctx, 0, 0);
    else
        put(s, OP_ldx_dw, REG_1, REG_10, -8, 0);
    s->valid &= (uint16_t)~(1u << REG_1);
}

/* ---------------------------------------------------------------- functions */

/* A function that calls itself, until there is no frame left or a branch does not lead here. */
static void
put_recursion(struct gen *s)
{
    put(s, OP_mov64_x, REG_1, s->memory, 0, 0);
    put(s, OP_call_local, 0, 0, 0, (int64_t)s->start - s->n - 1);
    forget_arguments(s);
}

void
put_call(struct gen *s)
{
    if (is_wild(s) && may_use(s, OP_call_local)) {
        put_recursion(s);
        return;
    }
    bool is_callback = !s->is_strict && rng_chance(&s->rng, 15), is_indirect = !s->is_strict && rng_chance(&s->rng, 15);
    uint32_t turns = is_callback ? 1 + rng_below(&s->rng, MAX_CALLBACK_TURNS) : 1;
    uint32_t most = s->is_strict ? MAX_CALLEE_PATH / s->g->options.n_insns : MAX_CALLEE_TIMES;
    if (!s->may_call || !may_use(s, OP_call_local) || s->n_calls == MAX_CALLS || s->callee_times + s->times * turns > most)
        return;
    s->callee_times += s->times * turns;
    int32_t kept = rng_chance(&s->rng, 30) ? put_spill(s) : 0;
    if (is_callback) {
        put(s, OP_mov64_k, REG_1, 0, 0, turns);
        s->calls[s->n_calls++] = put(s, OP_ld_func, REG_2, 0, 0, 0);
        put(s, OP_mov64_x, REG_3, s->memory, 0, 0);
        put(s, OP_mov64_k, REG_4, 0, 0, 0);
        put(s, OP_call, 0, 0, 0, BPF_FUNC_loop);
    } else {
        make_valid(s, 0x3c);
        if (is_indirect)
            s->calls[s->n_calls++] = put(s, OP_ld_func, REG_0, 0, 0, 0);
        put(s, OP_mov64_x, REG_1, s->memory, 0, 0);
        if (is_indirect)
            put(s, OP_callx, REG_0, 0, 0, 0);
        else
            s->calls[s->n_calls++] = put(s, OP_call_local, 0, 0, 0, 0);
    }
    forget_arguments(s);
    if (kept)
        put_reload(s, kept);
}

/* Whether a slot holds the load of a function's address. */
static bool
is_address(const struct gen *s, uint32_t slot)
{
    return s->out->code[(size_t)slot * SLOT_BYTES] == insn_rows[OP_ld_func].opcode;
}

void
resolve_calls(struct gen *s, bool is_last)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < s->n_calls; i++) {
        uint32_t at = s->calls[i];
        struct insn insn = { .op = OP_call_local, .imm = (int64_t)s->n - at - 1 };
        if (i > 0 && !is_last && rng_chance(&s->rng, 50)) { /* nothing that nobody calls: the verifier refuses it */
            s->calls[kept++] = at;
            continue;
        }
        if (is_address(s, at)) {
            insn.op = OP_ld_func;
            insn.dst = s->out->code[(size_t)at * SLOT_BYTES + 1] & 15;
        }
        patch(s, at, &insn);
    }
    s->n_calls = kept;
}

/* ---------------------------------------------------------------- helpers */

/* From the world: their results are replaced on the kernel's side. */
static void
put_world_call(struct gen *s)
{
    static const uint8_t helpers[] = { BPF_FUNC_ktime_get_ns, BPF_FUNC_get_prandom_u32, BPF_FUNC_get_smp_processor_id };
    if (s->n_world + s->times > MAX_WORLD_CALLS)
        return;
    s->n_world += s->times;
    put(s, OP_call, 0, 0, 0, helpers[rng_below(&s->rng, ARRAY_LEN(helpers))]);
    forget_arguments(s);
}

static void
put_csum_diff(struct gen *s)
{
    uint32_t from = 4 * rng_below(&s->rng, 5), to = 4 * rng_below(&s->rng, 5);
    put_stack_pointer(s, REG_1, 16);
    put_stack_pointer(s, REG_3, 16);
    put(s, OP_mov64_k, REG_2, 0, 0, from);
    put(s, OP_mov64_k, REG_4, 0, 0, to);
    put(s, OP_mov64_k, REG_5, 0, 0, (int32_t)rng_edge(&s->rng));
    put(s, OP_call, 0, 0, 0, BPF_FUNC_csum_diff);
    forget_arguments(s);
}

/* Any helper with anything: only that all engines see the same is asked. */
static void
put_any_helper(struct gen *s)
{
    put(s, OP_call, 0, 0, 0, rng_below(&s->rng, 212));
    forget_arguments(s);
}

void
put_helper(struct gen *s)
{
    if (is_wild(s))
        put_any_helper(s);
    else if (rng_chance(&s->rng, 60))
        put_world_call(s);
    else
        put_csum_diff(s);
}

/* ---------------------------------------------------------------- maps */

/* r2 = a key: one that is there, or may be. */
static void
put_key(struct gen *s)
{
    put_stack_pointer(s, REG_2, 8);
    put(s, OP_mov64_k, REG_1, 0, 0, rng_below(&s->rng, SUBJECT_ENTRIES + 1));
    put(s, OP_stx_w, REG_2, REG_1, 0, 0);
    s->valid &= (uint16_t)~(1u << REG_1);
}

/* Reads or writes through the value that a look-up gave, in r0. */
static void
put_value_access(struct gen *s)
{
    uint32_t off = rng_below(&s->rng, SUBJECT_VALUE_BYTES / 8) * 8;
    if (is_wild(s))
        off = SUBJECT_VALUE_BYTES - rng_below(&s->rng, 8);
    switch (rng_below(&s->rng, 3)) {
    case 0:
        put(s, OP_stx_dw, REG_0, source_reg(s), off, 0);
        break;
    case 1:
        put(s, OP_atomic_add64, REG_0, source_reg(s), off, 0);
        break;
    default:
        put(s, OP_ldx_dw, REG_1, REG_0, off, 0);
        s->valid |= 1u << REG_1;
        break;
    }
}

static void
put_lookup(struct gen *s, enum subject_map map)
{
    uint8_t kept = rng_reg(&s->rng, s->writable);
    put_key(s);
    put(s, OP_ld_map_fd, REG_1, 0, 0, map);
    put(s, OP_call, 0, 0, 0, BPF_FUNC_map_lookup_elem);
    forget_arguments(s);
    s->valid &= ~1u;
    struct insn insn = { .op = OP_jeq64_k, .dst = REG_0 };
    uint32_t at = put(s, OP_jeq64_k, REG_0, 0, 0, 0);
    uint16_t valid = s->valid;
    if (s->is_strict && !(s->valid & s->writable & ~1u)) { /* a number to store, made on this way only */
        put(s, OP_mov64_k, REG_1, 0, 0, 1);
        s->valid |= 1u << REG_1;
    }
    for (uint32_t n = 1 + rng_below(&s->rng, 3); n > 0; n--)
        put_value_access(s);
    if (!s->is_strict && kept != REG_0 && rng_chance(&s->rng, 30))
        put(s, OP_mov64_x, kept, REG_0, 0, 0);
    insn.off = (int16_t)(s->n - at - 1);
    patch(s, at, &insn);
    s->valid = s->is_strict ? valid : s->valid;
    put(s, OP_mov64_k, REG_0, 0, 0, (int32_t)rng_edge(&s->rng));
    s->valid |= 1;
}

void
put_map(struct gen *s)
{
    enum subject_map map = rng_chance(&s->rng, 60) ? SUBJECT_ARRAY : SUBJECT_HASH;
    uint32_t dice = rng_below(&s->rng, 100);
    if (dice < 50) {
        put_lookup(s, map);
        return;
    }
    put_key(s);
    if (dice < 80) {
        put_stack_pointer(s, REG_3, SUBJECT_VALUE_BYTES);
        put(s, OP_mov64_k, REG_4, 0, 0, rng_below(&s->rng, 4));
    }
    put(s, OP_ld_map_fd, REG_1, 0, 0, map);
    put(s, OP_call, 0, 0, 0, dice < 80 ? BPF_FUNC_map_update_elem : BPF_FUNC_map_delete_elem);
    forget_arguments(s);
}

/* ---------------------------------------------------------------- other programs, and nothing */

void
put_tailcall(struct gen *s)
{
    if (!s->is_main || !s->out->n_targets)
        return;
    put_context(s);
    put(s, OP_ld_map_fd, REG_2, 0, 0, SUBJECT_PROGS);
    put(s, OP_mov64_k, REG_3, 0, 0, rng_below(&s->rng, s->out->n_targets + (rng_chance(&s->rng, 10) ? 1 : 0)));
    put(s, OP_call, 0, 0, 0, BPF_FUNC_tail_call);
    forget_arguments(s);
    s->valid &= (uint16_t)~(1u << REG_0); /* it returns nothing */
}

void
put_odd(struct gen *s)
{
    enum op op = is_wild(s) ? draw(s, USE_ODD) : N_OPS;
    if (op != N_OPS)
        put(s, op, target_reg(s), 0, 0, rng_below(&s->rng, 8));
}
