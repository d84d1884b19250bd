/* Corruptions of the interpreter. See interp_mutant.h; the words that rows of interp_mutation.def are written in are here.
 *
 * The interpreter's source is included: the functions do_NAME that it executes instructions with are defined here, and those of interp_ops.h
 * behind them have another name; and what it calls for helpers, bounds and frames is led through here. */
#include "config.h"

#define OPERATION(name) sound_##name
#include "sim/interp_ops.h"

#include "sim/machine/helper.h"
#include "tests/jit/interp_mutant.h"

#include <assert.h>
#include <linux/bpf.h>

/* An instruction that was executed. */
struct step {
    enum op op;
    const struct slot *s;
    uint64_t *regs;
    uint64_t before[N_REGS];
    uint32_t d, x;
    uint8_t *at;        /* what it accessed; NULL: nothing */
    uint64_t at_before; /* the 8 bytes there */
    enum flow flow;
    /* of what is no instruction but a part of several */
    bool is_last_byte;  /* bounds are asked for an access that ends with the region */
    bool is_fault;
    uint64_t stride;    /* from a frame to the next */
};

/* ---------------------------------------------------------------- words */

#define op(name) (t->op == OP_##name)
#define kind(name) (insn_rows[t->op].kind == KIND_##name)
#define helper(name) (op(call) && imm == BPF_FUNC_##name)
#define r(n) (t->regs[n])
#define r_before(n) (t->before[n])
#define dst r(t->d)
#define src r(t->x)
#define dst_before r_before(t->d)
#define src_before r_before(t->x)
#define imm (t->s->imm)
#define operand (insn_rows[t->op].fields & Fs ? src_before : (uint64_t)imm)
#define anywhere(type) struct { type value; } __attribute__((packed, may_alias))
#define at(type) (((const anywhere(type) *)t->at)->value)
#define at_before(type) ((type)t->at_before)
#define set_at(type, ...) (((anywhere(type) *)t->at)->value = (type)(__VA_ARGS__))
#define taken(...) (t->flow = (__VA_ARGS__) ? FLOW_TAKEN : FLOW_NEXT)
#define is_forward (t->s->jump >= 0)
#define is_last_byte (t->is_last_byte)
#define is_fault (t->is_fault)
#define stride (t->stride)

#define MUTATION(name, what, instruction, corruption)                        \
    static bool concerns_##name(const struct step *t) { (void)t; return instruction; } \
    static void corrupt_##name(struct step *t) { corruption; }
#include "tests/jit/interp_mutation.def"

#undef op
#undef kind
#undef helper
#undef r
#undef r_before
#undef dst
#undef src
#undef dst_before
#undef src_before
#undef imm
#undef operand
#undef anywhere
#undef at
#undef at_before
#undef set_at
#undef taken
#undef is_forward
#undef is_last_byte
#undef is_fault
#undef stride

struct row {
    struct mutant mutant;
    bool (*concerns)(const struct step *t);
    void (*corrupt)(struct step *t);
};

static const struct row rows[] = {
#define MUTATION(name, what, ...) { { #name, what }, concerns_##name, corrupt_##name },
#include "tests/jit/interp_mutation.def"
};

const uint32_t n_interp_mutants = ARRAY_LEN(rows);

static const struct row *active;

const struct mutant *
interp_mutant_at(uint32_t i)
{
    assert(i < n_interp_mutants);
    return &rows[i].mutant;
}

void
interp_mutant_activate(uint32_t i)
{
    assert(i < n_interp_mutants || i == NO_MUTANT);
    active = i == NO_MUTANT ? NULL : &rows[i];
}

static void
corrupt(struct step *t)
{
    if (active && active->concerns(t))
        active->corrupt(t);
}

/* ---------------------------------------------------------------- instructions */

typedef enum flow operation(const struct slot *s, uint64_t *r, uint8_t *host, unsigned d, unsigned x);

/* The register that an access goes through; N_REGS: it is none. */
static unsigned
base_of(enum op op, unsigned d, unsigned x)
{
    switch ((enum insn_kind)insn_rows[op].kind) {
    case KIND_LDX:
    case KIND_LDSX:
    case KIND_LDACQ:
        return x;
    case KIND_ST:
    case KIND_STX:
    case KIND_STREL:
    case KIND_ATOMIC:
    case KIND_ATOMIC_FETCH:
    case KIND_ATOMIC_CMPXCHG:
        return d;
    default:
        return N_REGS;
    }
}

static enum flow
execute(enum op op, operation *sound, const struct slot *s, uint64_t *r, uint8_t *host, unsigned d, unsigned x)
{
    struct step t = { .op = op, .s = s, .regs = r, .d = d, .x = x };
    unsigned base = base_of(op, d, x);
    memcpy(t.before, r, sizeof t.before);
    uint64_t addr = base < N_REGS ? r[base] + (uint64_t)(int64_t)s->off : 0;
    if (base < N_REGS && addr - s->lo < s->room) {
        t.at = host + addr;
        memcpy(&t.at_before, t.at, sizeof t.at_before);
    }
    t.flow = sound(s, r, host, d, x);
    if (t.flow != FLOW_MISS)
        corrupt(&t);
    return t.flow;
}

#define WRAP(name)                                                                                                    \
    static __attribute__((unused)) enum flow do_##name(const struct slot *s, uint64_t *r, uint8_t *host, unsigned d, unsigned x) \
    {                                                                                                                 \
        return execute(OP_##name, sound_##name, s, r, host, d, x);                                                    \
    }
#define WRAP_ALU WRAP
#define WRAP_NEG WRAP
#define WRAP_MOVSX WRAP
#define WRAP_SWAP WRAP
#define WRAP_ADDRSPACE WRAP
#define WRAP_LDDW WRAP
#define WRAP_JCC WRAP
#define WRAP_JA WRAP
#define WRAP_LDX WRAP
#define WRAP_LDSX WRAP
#define WRAP_ST WRAP
#define WRAP_STX WRAP
#define WRAP_LDACQ WRAP
#define WRAP_STREL WRAP
#define WRAP_ATOMIC WRAP
#define WRAP_ATOMIC_FETCH WRAP
#define WRAP_ATOMIC_CMPXCHG WRAP
#define WRAP_MAYGOTO(name)
#define WRAP_CALL(name)
#define WRAP_CALLL(name)
#define WRAP_CALLK(name)
#define WRAP_CALLX(name)
#define WRAP_EXIT(name)
#define WRAP_LDABS(name)
#define WRAP_LDIND(name)
#define INSN(kind, name, ...) WRAP_##kind(name)
#include "sim/isa/isa.def"

/* ---------------------------------------------------------------- what is not in interp_ops.h */

static enum helper_outcome
call_corrupted(enum helper_outcome (*call)(struct machine *m, struct fault *fault), struct machine *m, struct fault *fault)
{
    const struct insn *insn = &m->program->insns[m->pc];
    const struct slot slot = { .imm = (int32_t)insn->imm, .dst = insn->dst, .src = insn->src };
    struct step t = { .op = (enum op)insn->op, .s = &slot, .regs = m->regs, .d = insn->dst, .x = insn->src };
    memcpy(t.before, m->regs, sizeof t.before);
    enum helper_outcome outcome = call(m, fault);
    if (outcome == HELPER_DONE)
        corrupt(&t);
    return outcome;
}

static enum helper_outcome
corrupted_helper_call(struct machine *m, struct fault *fault)
{
    return call_corrupted(helper_call, m, fault);
}

static enum helper_outcome
corrupted_load_packet(struct machine *m, struct fault *fault)
{
    return call_corrupted(helper_load_packet, m, fault);
}

static enum refill
corrupted_refill(struct code *code, struct machine *m, struct slot *s, const uint64_t *regs, struct fault *why)
{
    unsigned base = base_of((enum op)m->program->insns[s->pc].op, s->dst, s->src);
    enum refill refill = code_refill(code, m, s, regs, why);
    uint64_t addr = regs[base] + (uint64_t)(int64_t)s->off;
    struct step t = { .op = OP_illegal, .is_last_byte = refill == REFILL_DONE && addr == (uint64_t)s->lo + s->room - 1 };
    corrupt(&t);
    if (t.is_fault)
        *why = (struct fault){ .kind = FAULT_UNMAPPED };
    return t.is_fault ? REFILL_FAULT : refill;
}

static uint64_t
corrupted_stride(void)
{
    struct step t = { .op = OP_call_local, .stride = FRAME_STRIDE };
    corrupt(&t);
    return t.stride;
}

#define helper_call corrupted_helper_call
#define helper_load_packet corrupted_load_packet
#define code_refill corrupted_refill
#undef FRAME_STRIDE
#define FRAME_STRIDE corrupted_stride()
#define interp_engine interp_mutant_engine
#include "sim/interp.c"
