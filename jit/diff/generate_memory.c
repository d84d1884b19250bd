/* Generated accesses: where to, through what, aligned how. See generate_private.h.
 *
 * The verifier wants constant offsets into the packet (a variable one needs a check of its own), a mask on the variable ones into the state
 * map, alignment on the stack, and no atomics on packets. Without it everything goes, and a few accesses miss by a few bytes. */
#include "config.h"

#include "jit/diff/generate_private.h"

#include "sim/base/base.h"

enum place { PLACE_STACK, PLACE_MEMORY, PLACE_STATE, PLACE_CTX };

/* An access to be. */
struct guest_access {
    uint32_t bytes;
    bool is_read, is_atomic; /* of what is there; whole and aligned */
    bool is_fetch;           /* for the kernel: not on the stack, see known.def */
    uint16_t avoid;          /* registers that must not become the base */
    uint8_t base;
    int32_t off;
};

static uint32_t
lowest_dword(const struct gen *s)
{
    return s->is_main && s->ctx == NO_REG ? 1 : 0; /* the context is kept in the first */
}

/* Bits of the dwords of the stack that items may use. */
static uint64_t
usable_dwords(const struct gen *s)
{
    uint64_t all = s->stack_bytes >= STACK_BYTES ? UINT64_MAX : (UINT64_C(1) << s->stack_bytes / 8) - 1;
    return all & ~((UINT64_C(1) << lowest_dword(s)) - 1);
}

static uint32_t
draw_bit(struct gen *s, uint64_t mask)
{
    uint32_t n = rng_below(&s->rng, (uint32_t)__builtin_popcountll(mask));
    while (n--)
        mask &= mask - 1;
    return (uint32_t)__builtin_ctzll(mask);
}

int32_t
put_spill(struct gen *s)
{
    uint64_t low = usable_dwords(s) & 0xff; /* where a callee has its own */
    uint32_t dword = draw_bit(s, low ? low : usable_dwords(s));
    put(s, OP_stx_dw, REG_10, source_reg(s), -8 * ((int32_t)dword + 1), 0);
    s->filled |= UINT64_C(1) << dword;
    return -8 * ((int32_t)dword + 1);
}

void
put_reload(struct gen *s, int32_t off)
{
    put(s, OP_ldx_dw, target_reg(s), REG_10, off, 0);
}

/* Offset from r10 of `bytes` of the stack, which hold a value when they are to be read. */
static int32_t
stack_place(struct gen *s, uint32_t bytes, bool is_read, bool is_aligned)
{
    uint64_t usable = usable_dwords(s), good = usable & s->filled;
    if (!s->is_strict) {
        uint32_t at = rng_below(&s->rng, s->stack_bytes - bytes - 8 * lowest_dword(s) + 1);
        return -(int32_t)s->stack_bytes + (int32_t)(is_aligned ? at / bytes * bytes : at);
    }
    uint32_t dword = draw_bit(s, is_read && good ? good : usable);
    int32_t off = -8 * ((int32_t)dword + 1);
    if (is_read && !(s->filled >> dword & 1)) {
        put(s, OP_stx_dw, REG_10, source_reg(s), off, 0);
        s->filled |= UINT64_C(1) << dword;
    }
    return off + (int32_t)(rng_below(&s->rng, 8 / bytes) * bytes);
}

/* A little before, across the start or the end of, or a little after [lo, hi). */
static int32_t
just_outside(struct gen *s, int32_t lo, int32_t hi, uint32_t bytes)
{
    int32_t by = 1 + (int32_t)rng_below(&s->rng, bytes + 3);
    return rng_chance(&s->rng, 50) ? lo - by : hi - (int32_t)bytes + by;
}

static enum place
draw_place(struct gen *s, const struct guest_access *a)
{
    uint32_t dice = rng_below(&s->rng, 100);
    if (s->state != NO_REG && (dice < 30 || (a->is_fetch && s->is_strict)))
        return PLACE_STATE;
    if (!s->is_strict && s->ctx != NO_REG && s->ctx != s->memory && dice >= 90)
        return PLACE_CTX;
    return s->memory != NO_REG && !(a->is_atomic && s->is_strict) && dice < 65 ? PLACE_MEMORY : PLACE_STACK;
}

/* Moves the base to another register, which then holds no number: by a constant, or by something that is only known at run time when the
 * place is [lo, hi) from the base and may be reached in such a way. */
static void
move_base(struct gen *s, struct guest_access *a, int32_t lo, int32_t hi, bool may_vary)
{
    uint16_t free = s->writable & (uint16_t)~a->avoid;
    if (!free)
        return;
    uint8_t reg = rng_reg(&s->rng, free);
    int32_t part = rng_chance(&s->rng, 50) ? a->off : (int32_t)rng_below(&s->rng, 64) - 32;
    int32_t room = hi - lo - (int32_t)a->bytes >= 63 ? 56 : 0;
    if (may_vary && room && rng_chance(&s->rng, 60) && (!s->is_strict || s->valid & 1u << reg)) {
        put(s, OP_and64_k, reg, 0, 0, s->is_strict || a->is_atomic ? room : room + 7);
        put(s, OP_add64_x, reg, a->base, 0, 0);
        a->off = lo + (int32_t)(rng_below(&s->rng, (uint32_t)(hi - lo - room - (int32_t)a->bytes) / 8 + 1) * 8);
    } else {
        bool is_added = rng_chance(&s->rng, 70) || (s->is_strict && a->base == REG_10); /* nothing is subtracted from a stack pointer */
        put(s, OP_mov64_x, reg, a->base, 0, 0);
        put(s, is_added ? OP_add64_k : OP_sub64_k, reg, 0, 0, is_added ? part : -part);
        a->off -= part;
    }
    a->base = reg;
    s->valid &= (uint16_t)~(1u << reg);
}

/* Where the access goes: fills base and off. */
static void
place_access(struct gen *s, struct guest_access *a)
{
    enum place place = draw_place(s, a);
    bool is_aligned = a->is_atomic ? !is_wild(s) : rng_chance(&s->rng, 50);
    uint32_t step = is_aligned ? a->bytes : 1;
    int32_t lo = 0, hi;
    switch (place) {
    case PLACE_STACK:
        a->base = REG_10;
        lo = -(int32_t)s->stack_bytes;
        hi = -8 * (int32_t)lowest_dword(s);
        a->off = stack_place(s, a->bytes, a->is_read, is_aligned);
        break;
    case PLACE_MEMORY:
        a->base = s->memory;
        hi = (int32_t)s->memory_bytes;
        a->off = (int32_t)(rng_below(&s->rng, (s->memory_bytes - a->bytes) / step + 1) * step);
        break;
    case PLACE_CTX: /* parts of it can be read, some written */
        a->base = s->ctx;
        hi = (int32_t)s->out->type->ctx_bytes;
        a->off = (int32_t)(rng_below(&s->rng, ((uint32_t)hi - a->bytes) / 4 + 1) * 4);
        break;
    case PLACE_STATE:
    default:
        a->base = s->state;
        hi = SUBJECT_STATE_BYTES;
        a->off = (int32_t)(rng_below(&s->rng, (SUBJECT_STATE_BYTES - a->bytes) / step + 1) * step);
        break;
    }
    if (is_wild(s)) {
        int32_t end = place == PLACE_STACK ? 0 : hi, start = place == PLACE_STACK ? -STACK_BYTES : lo;
        a->off = just_outside(s, start, end, a->bytes);
    }
    if (rng_chance(&s->rng, 35))
        move_base(s, a, lo, hi, !s->is_strict || place == PLACE_STATE);
}

/* ---------------------------------------------------------------- classes */

void
put_load(struct gen *s)
{
    enum op op = draw(s, USE_LOAD);
    if (op == N_OPS)
        return;
    struct guest_access a = { .bytes = insn_rows[op].width_bits / 8, .is_read = true };
    place_access(s, &a);
    put(s, op, target_reg(s), a.base, a.off, 0);
}

void
put_store(struct gen *s)
{
    enum op op = draw(s, USE_STORE);
    if (op == N_OPS)
        return;
    uint8_t src = insn_rows[op].fields & Fs ? source_reg(s) : 0;
    struct guest_access a = { .bytes = insn_rows[op].width_bits / 8, .is_read = true, .avoid = s->is_strict ? (uint16_t)(1u << src) : 0 };
    place_access(s, &a);
    put(s, op, a.base, src, a.off, draw_imm(s, op));
}

/* The loop: `op` through `pointer`, which begins at base + first and moves by `step`. */
static void
put_walk_rounds(struct gen *s, enum op op, uint8_t pointer, uint8_t counter, uint8_t base, int32_t first, int32_t step, uint32_t rounds)
{
    bool is_load = insn_rows[op].kind == KIND_LDX || insn_rows[op].kind == KIND_LDSX;
    put(s, OP_mov64_x, pointer, base, 0, 0);
    put(s, OP_add64_k, pointer, 0, 0, first);
    put(s, OP_mov64_k, counter, 0, 0, rounds);
    uint32_t head = s->n, times = s->times;
    uint16_t valid = s->valid;
    uint8_t other = is_load ? target_reg(s) : source_reg(s);
    s->nesting++;
    s->times *= rounds;
    put(s, op, is_load ? other : pointer, is_load ? pointer : other, 0, draw_imm(s, op));
    put_items(s, rng_below(&s->rng, 2));
    make_valid(s, valid & s->writable);
    put(s, OP_add64_k, pointer, 0, 0, step);
    put(s, OP_sub64_k, counter, 0, 0, 1);
    put(s, OP_jne64_k, counter, 0, (int64_t)head - s->n - 1, 0);
    s->times = times;
    s->nesting--;
}

/* An access in a loop, through a pointer that moves on in each round: all of it in [lo, hi) from the base, or the last round across an end. */
static void
put_walk_through(struct gen *s, enum op op, uint8_t base, int32_t lo, int32_t hi)
{
    uint32_t rounds = 2 + rng_below(&s->rng, 4);
    int32_t bytes = insn_rows[op].width_bits / 8, step = 1 + (int32_t)rng_below(&s->rng, 8);
    int32_t room = hi - lo - bytes - step * (int32_t)(rounds - 1);
    bool is_past = !s->is_strict && rng_chance(&s->rng, 10 * s->g->options.wild_percent), is_up = rng_chance(&s->rng, 70);
    uint16_t writable = s->writable;
    if (room <= 0 || !may_repeat(s, rounds))
        return;
    make_valid(s, 1u << REG_0);
    uint8_t pointer = take_counter(s), counter = take_counter(s);
    if (pointer == NO_REG || counter == NO_REG) { /* what was taken is as it was */
        s->writable = writable;
        return;
    }
    int32_t first = is_past ? room + 1 + (int32_t)rng_below(&s->rng, (uint32_t)step) : (int32_t)rng_below(&s->rng, (uint32_t)room + 1);
    put_walk_rounds(s, op, pointer, counter, base, is_up ? lo + first : hi - bytes - first, is_up ? step : -step, rounds);
    give_back(s, pointer);
    give_back(s, counter);
    if (s->is_strict)
        s->valid &= (uint16_t)~(1u << pointer);
}

void
put_walk(struct gen *s)
{
    enum op op = draw(s, rng_chance(&s->rng, 50) ? USE_LOAD : USE_STORE);
    if (op == N_OPS)
        return;
    if (s->state != NO_REG && rng_chance(&s->rng, 40))
        put_walk_through(s, op, s->state, 0, SUBJECT_STATE_BYTES);
    else if (s->is_strict || rng_chance(&s->rng, 70))
        put_walk_through(s, op, s->memory, 0, (int32_t)s->memory_bytes);
    else
        put_walk_through(s, op, REG_10, -STACK_BYTES, 0);
}

/* cmpxchg stores when r0 is what stands there: sometimes it shall be. */
static void
prepare_exchange(struct gen *s, const struct guest_access *a)
{
    if (rng_chance(&s->rng, 50))
        put(s, a->bytes == 8 ? OP_ldx_dw : OP_ldx_w, REG_0, a->base, a->off, 0);
    else
        make_valid(s, 1u << REG_0);
    s->valid |= 1u << REG_0;
}

void
put_atomic(struct gen *s)
{
    static const uint8_t uses[] = { USE_ATOMIC, USE_ATOMIC, USE_ATOMIC, USE_ATOMIC, USE_ORDERED_LOAD, USE_ORDERED_STORE };
    enum row_use use = (enum row_use)uses[rng_below(&s->rng, ARRAY_LEN(uses))];
    enum op op = draw(s, use);
    if (op == N_OPS)
        return;
    enum insn_kind kind = (enum insn_kind)insn_rows[op].kind;
    struct guest_access a = { .bytes = insn_rows[op].width_bits / 8, .is_read = true, .is_atomic = true,
                        .is_fetch = kind == KIND_ATOMIC_FETCH || kind == KIND_ATOMIC_CMPXCHG };
    if (a.is_fetch && s->is_strict && s->state == NO_REG)
        return;
    uint8_t src = use == USE_ORDERED_LOAD ? 0 : changed_reg(s);
    bool is_exchange = kind == KIND_ATOMIC_CMPXCHG;
    if (s->is_strict)
        a.avoid = (uint16_t)((use == USE_ORDERED_LOAD ? 0u : 1u << src) | (is_exchange ? 1u << REG_0 : 0));
    place_access(s, &a);
    if (is_exchange && (s->is_strict || a.base != REG_0))
        prepare_exchange(s, &a);
    if (use == USE_ORDERED_LOAD)
        put(s, op, target_reg(s), a.base, a.off, 0);
    else
        put(s, op, a.base, src, a.off, 0);
    if (op == OP_cmpxchg32 && s->is_strict)
        put(s, OP_mov32_x, REG_0, REG_0, 0, 0); /* see known.def */
}

/* The packet of a context in r6; beyond its end the program ends there. */
void
put_packet(struct gen *s)
{
    enum op op = draw(s, USE_PACKET);
    if (op == N_OPS || s->ctx != REG_6 || s->out->type->family != CTX_SKB)
        return;
    uint32_t room = is_wild(s) || rng_chance(&s->rng, 2) ? s->memory_bytes + 16 : s->memory_bytes - 8;
    bool is_indirect = insn_rows[op].fields & Fs;
    int32_t at = (int32_t)rng_below(&s->rng, room), index = 0;
    uint8_t src = is_indirect ? changed_reg(s) : 0;
    if (is_indirect) {
        index = (int32_t)rng_below(&s->rng, 200) - 100;
        put(s, OP_mov64_k, src, 0, 0, index);
    }
    put(s, op, 0, src, 0, at - index);
    forget_arguments(s);
}

void
put_stack_pointer(struct gen *s, uint8_t reg, uint32_t bytes)
{
    uint32_t first = lowest_dword(s), n = ROUND_UP(bytes, 8) / 8, room = s->stack_bytes / 8 - first - n + 1;
    uint32_t dword = first + rng_below(&s->rng, room);
    for (uint32_t i = dword; i < dword + n; i++)
        if (!(s->filled >> i & 1)) {
            put_value(s, reg);
            put(s, OP_stx_dw, REG_10, reg, -8 * ((int32_t)i + 1), 0);
            s->filled |= UINT64_C(1) << i;
        }
    put(s, OP_mov64_x, reg, REG_10, 0, 0);
    put(s, OP_add64_k, reg, 0, 0, -8 * (int32_t)(dword + n));
    s->valid &= (uint16_t)~(1u << reg);
}
