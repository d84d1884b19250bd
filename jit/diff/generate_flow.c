/* Generated control flow inside of a function. See generate_private.h.
 *
 * What is valid after ways have met is what is valid on all of them; at the head of a loop, what is valid at its end, too. */
#include "config.h"

#include "jit/diff/generate_private.h"

#include "jit/diff/known.h"

/* The verifier follows every round of a loop, and every way through it: branches in loops in loops can keep it busy for a second. */
enum { MAX_ROUNDS = 6, MAX_TIMES = 40, MAX_TIMES_KERNEL = 16 };

/* What is known where ways part. */
struct known_values {
    uint16_t valid;
    uint64_t filled;
};

static struct known_values
values_now(const struct gen *s)
{
    return (struct known_values){ s->valid, s->filled };
}

static void
meet(struct gen *s, struct known_values other)
{
    s->valid &= other.valid;
    s->filled &= other.filled;
}

static struct insn
draw_condition(struct gen *s)
{
    enum op op = draw(s, USE_JCC);
    struct insn insn = { .op = (uint16_t)op };
    if (op == N_OPS)
        return insn;
    insn.dst = changed_reg(s);
    insn.imm = draw_imm(s, op);
    if (insn_rows[op].fields & Fs) {
        insn.src = rng_chance(&s->rng, 8) ? insn.dst : source_reg(s);
        insn.imm = 0;
    } else if (rng_chance(&s->rng, 8)) { /* equal, which chance seldom brings */
        put(s, OP_mov64_k, insn.dst, 0, 0, insn.imm);
    }
    return insn;
}

static uint32_t
put_insn(struct gen *s, const struct insn *insn)
{
    return put(s, (enum op)insn->op, insn->dst, insn->src, insn->off, insn->imm);
}

/* Lets the branch at `at` lead to the next slot. */
static void
land(struct gen *s, uint32_t at, struct insn insn)
{
    int64_t distance = (int64_t)s->n - at - 1;
    if (insn.op == OP_gotol)
        insn.imm = is_wild(s) ? INT32_MAX : distance;
    else
        insn.off = (int16_t)(is_wild(s) && rng_chance(&s->rng, 30) ? INT16_MAX : distance);
    patch(s, at, &insn);
}

void
put_branch(struct gen *s)
{
    struct insn insn = draw_condition(s), over = { .op = (uint16_t)draw(s, USE_JA) };
    if (insn.op == N_OPS)
        return;
    uint32_t at = put_insn(s, &insn);
    struct known_values before = values_now(s);
    put_items(s, 1 + rng_below(&s->rng, 4));
    if (over.op == N_OPS || rng_chance(&s->rng, 60)) {
        land(s, at, insn);
        meet(s, before);
        return;
    }
    uint32_t jump = put_insn(s, &over);
    struct known_values one_way = values_now(s);
    land(s, at, insn);
    s->valid = before.valid;
    s->filled = before.filled;
    put_items(s, 1 + rng_below(&s->rng, 4));
    land(s, jump, over);
    meet(s, one_way);
}

/* Forward to B, back to A, forward past B: straight on in a crooked way. */
void
put_jump(struct gen *s)
{
    struct insn insn = { .op = (uint16_t)draw(s, USE_JA) };
    if (insn.op == N_OPS)
        return;
    uint32_t to_b = put_insn(s, &insn), a = s->n;
    put_items(s, 1 + rng_below(&s->rng, 2));
    uint32_t past_b = put_insn(s, &insn);
    land(s, to_b, insn);
    struct insn back = insn;
    int64_t distance = (int64_t)a - s->n - 1;
    if (back.op == OP_gotol)
        back.imm = distance;
    else
        back.off = (int16_t)distance;
    put_insn(s, &back);
    land(s, past_b, insn);
}

bool
may_repeat(const struct gen *s, uint32_t rounds)
{
    return s->nesting < MAX_NESTING && s->times * rounds <= (s->is_strict ? MAX_TIMES_KERNEL : MAX_TIMES) &&
           (!s->is_strict || s->path + s->times * rounds * (s->limit > s->n ? s->limit - s->n : 1) < KNOWN_MAX_PATH / 2);
}

uint8_t
take_counter(struct gen *s)
{
    uint16_t good = s->writable & 0x3c0;
    if (!good || s->writable == good)
        return NO_REG;
    uint8_t counter = rng_reg(&s->rng, good);
    s->writable &= (uint16_t)~(1u << counter);
    return counter;
}

void
give_back(struct gen *s, uint8_t counter)
{
    s->writable |= (uint16_t)(1u << counter);
    s->valid |= (uint16_t)(1u << counter);
}

/* The branch back: the counter decides, alone or after a random condition that was in favour. */
static void
put_branch_back(struct gen *s, uint8_t counter, uint32_t head)
{
    struct insn insn = { .op = OP_jne64_k, .dst = counter };
    put(s, OP_sub64_k, counter, 0, 0, 1);
    if (rng_chance(&s->rng, 50)) {
        struct insn condition = draw_condition(s);
        if (condition.op != N_OPS) {
            insn = condition;
            put(s, OP_jeq64_k, counter, 0, 1, 0);
        }
    } else if (rng_chance(&s->rng, 30) && may_use(s, OP_jsgt32_k)) {
        insn.op = rng_chance(&s->rng, 50) ? OP_jsgt32_k : OP_jgt64_k;
    }
    insn.off = (int16_t)((int64_t)head - s->n - 1);
    put_insn(s, &insn);
}

void
put_loop(struct gen *s)
{
    uint32_t rounds = 1 + rng_below(&s->rng, MAX_ROUNDS);
    uint8_t counter = may_repeat(s, rounds) ? take_counter(s) : NO_REG;
    if (counter == NO_REG)
        return;
    put(s, OP_mov64_k, counter, 0, 0, rounds);
    struct known_values before = values_now(s);
    uint32_t head = s->n, times = s->times;
    s->nesting++;
    s->times *= rounds;
    put_items(s, 1 + rng_below(&s->rng, 5));
    make_valid(s, before.valid & s->writable);
    put_branch_back(s, counter, head);
    s->times = times;
    s->nesting--;
    give_back(s, counter);
}

/* A loop that a counter ends when may_goto does not. */
static void
put_maygoto_loop(struct gen *s)
{
    uint32_t rounds = 1 + rng_below(&s->rng, MAX_ROUNDS);
    uint8_t counter = may_repeat(s, rounds) ? take_counter(s) : NO_REG;
    if (counter == NO_REG)
        return;
    put(s, OP_mov64_k, counter, 0, 0, rounds);
    struct insn insn = { .op = OP_may_goto };
    uint32_t at = put_insn(s, &insn), times = s->times;
    s->nesting++;
    s->times *= rounds;
    put_items(s, 1 + rng_below(&s->rng, 3));
    put(s, OP_sub64_k, counter, 0, 0, 1);
    put(s, OP_jne64_k, counter, 0, (int64_t)at - s->n - 1, 0);
    land(s, at, insn);
    s->times = times;
    s->nesting--;
    give_back(s, counter);
}

/* Over some items. The verifier forgets what it knows of counters in a loop with may_goto, so that loops in loops become endless ways for it,
 * and full stacks of states are what it must not be led into (known.def): for the kernel it stands outside of all loops. */
static void
put_maygoto_skip(struct gen *s)
{
    struct insn insn = { .op = OP_may_goto };
    uint32_t at = put_insn(s, &insn);
    struct known_values before = values_now(s);
    put_items(s, 1 + rng_below(&s->rng, 4));
    land(s, at, insn);
    meet(s, before);
}

void
put_maygoto(struct gen *s)
{
    if (!may_use(s, OP_may_goto))
        return;
    if (!s->is_strict && rng_chance(&s->rng, 70))
        put_maygoto_loop(s);
    else if (!s->is_strict || (s->is_main && s->nesting == 0))
        put_maygoto_skip(s);
}
