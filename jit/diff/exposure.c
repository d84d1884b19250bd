/* What a subject shows that it should not. See exposure.h.
 *
 * A walk along all ways at once until nothing changes any more: each instruction has the kinds of values that registers and stack may hold
 * before it. Kinds only ever become worse, so it ends. Functions are walked through once for all their callers. */
#include "config.h"

#include "jit/diff/exposure.h"

#include "sim/base/base.h"
#include "sim/machine/helper.h"
#include "sim/object/layout.h"

#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

enum {
    DWORDS = STACK_BYTES / 8,
    CALLER_SAVED = 0x3f, /* r0-r5 */
    ARGUMENTS = 0x3e,
};

enum kind {
    NUMBER,
    NOTHING, /* what the verifier lets nobody read */
    CONTEXT,
    PACKET,  /* the packet's start, its end, and what is between them */
    STACK,   /* of this frame */
    MAP,
    ADDRESS, /* any other, and whatever was computed from one */
};

struct value {
    uint8_t kind;
    bool is_known; /* `n` is */
    int32_t n;     /* NUMBER: itself; STACK: the offset from r10 */
};

struct slots {
    struct value value;
    uint8_t written; /* bytes, a mask */
};

/* What holds before an instruction. */
struct state {
    bool is_reached;
    struct value regs[N_REGS];
    struct slots stack[DWORDS]; /* [0] is the lowest */
};

struct walk {
    const struct subject *subject;
    struct insn *insns;
    struct state *states;
    uint32_t *owners;      /* of each instruction: the slot where its function begins */
    struct value *results; /* of each function, at the slot where it begins */
    bool has_changed;
    const char *reason;    /* the first thing that is shown */
};

static const struct value any_number = { .kind = NUMBER }, nothing = { .kind = NOTHING }, address = { .kind = ADDRESS };

static void
expose(struct walk *w, const char *reason)
{
    if (!w->reason)
        w->reason = reason;
}

/* ---------------------------------------------------------------- kinds */

static bool
is_number(struct value v)
{
    return v.kind == NUMBER || v.kind == NOTHING;
}

static struct value
known(enum kind kind, int64_t n)
{
    return n == (int32_t)n ? (struct value){ .kind = kind, .is_known = true, .n = (int32_t)n } : (struct value){ .kind = kind };
}

/* What is one or the other. */
static struct value
join(struct value a, struct value b)
{
    if (a.kind == NOTHING || b.kind == NOTHING) /* the verifier knows which ways there are */
        return a.kind == NOTHING ? b : a;
    if (a.kind != b.kind)
        return address;
    return a.is_known && b.is_known && a.n == b.n ? a : (struct value){ .kind = a.kind };
}

static bool
is_same(struct value a, struct value b)
{
    return a.kind == b.kind && a.is_known == b.is_known && (!a.is_known || a.n == b.n);
}

static void
join_into(struct walk *w, struct value *to, struct value from)
{
    struct value both = join(*to, from);
    w->has_changed |= !is_same(both, *to);
    *to = both;
}

/* Lets `from` hold before slot pc, too. */
static void
flow(struct walk *w, const struct state *from, int64_t pc)
{
    if (pc < 0 || pc >= w->subject->n_slots)
        return;
    struct state *to = &w->states[pc];
    if (!to->is_reached) {
        *to = *from;
        w->has_changed = true;
        return;
    }
    for (uint32_t reg = 0; reg < N_REGS; reg++)
        join_into(w, &to->regs[reg], from->regs[reg]);
    for (uint32_t i = 0; i < DWORDS; i++) {
        uint8_t written = to->stack[i].written & from->stack[i].written;
        join_into(w, &to->stack[i].value, from->stack[i].value);
        w->has_changed |= written != to->stack[i].written;
        to->stack[i].written = written;
    }
}

/* ---------------------------------------------------------------- the stack */

/* Which of the bytes [off, off + n) from r10 lie in dword i: a mask. */
static uint8_t
bytes_of(uint32_t i, int32_t off, uint32_t n)
{
    uint8_t mask = 0;
    for (int32_t at = off; at < off + (int32_t)n; at++)
        if ((at + STACK_BYTES) / 8 == (int32_t)i)
            mask |= (uint8_t)(1u << (at & 7));
    return mask;
}

static bool
is_in_stack(struct value pointer, int32_t off, uint32_t n)
{
    int64_t at = (int64_t)pointer.n + off;
    return pointer.is_known && at >= -STACK_BYTES && at + n <= 0;
}

static void
write_stack(struct walk *w, struct state *s, struct value pointer, int32_t off, uint32_t n, struct value value)
{
    if (!is_in_stack(pointer, off, n)) {
        if (!is_number(value))
            expose(w, "not comparable: it stores an address, nobody knows where");
        return; /* a number somewhere: nothing becomes worse, and nothing is known to be written */
    }
    for (uint32_t i = 0; i < DWORDS; i++) {
        uint8_t mask = bytes_of(i, pointer.n + off, n);
        struct slots *slots = &s->stack[i];
        if (mask == 0xff)
            slots->value = value;
        else if (mask)
            slots->value = is_number(value) && is_number(slots->value) ? any_number : address;
        slots->written |= mask;
    }
}

static struct value
read_stack(struct walk *w, const struct state *s, struct value pointer, int32_t off, uint32_t n)
{
    struct value value = any_number;
    if (!is_in_stack(pointer, off, n)) {
        expose(w, "not comparable: it reads the stack, nobody knows where");
        return value;
    }
    for (uint32_t i = 0; i < DWORDS; i++) {
        uint8_t mask = bytes_of(i, pointer.n + off, n);
        if (mask & ~s->stack[i].written)
            expose(w, "not comparable: it reads stack that was not written");
        if (mask == 0xff && n == 8)
            value = s->stack[i].value;
        else if (mask && !is_number(s->stack[i].value))
            value = address;
    }
    return value;
}

/* ---------------------------------------------------------------- instructions */

/* A pointer moves; whatever else is made of one is no pointer any more, but not a number that engines agree on. */
static struct value
computed(const struct insn *insn, struct value a, struct value b)
{
    bool is_add = insn->op == OP_add64_x || insn->op == OP_add64_k, is_sub = insn->op == OP_sub64_x || insn->op == OP_sub64_k;
    if (insn->op == OP_mov64_x || insn->op == OP_mov64_k)
        return b;
    if (insn->op == OP_mov32_x || insn->op == OP_mov32_k)
        a = any_number;
    if (is_number(a) && is_number(b))
        return any_number;
    if (is_add && is_number(a)) {
        struct value swapped = a;
        a = b;
        b = swapped;
    }
    if ((!is_add && !is_sub) || !is_number(b))
        return address;
    int64_t by = is_sub ? -(int64_t)b.n : b.n;
    return a.is_known && b.is_known ? known((enum kind)a.kind, a.n + by) : (struct value){ .kind = a.kind };
}

static struct value
operand(const struct state *s, const struct insn *insn)
{
    return insn_row(insn)->fields & Fs ? s->regs[insn->src] : known(NUMBER, insn->imm);
}

static struct value
loaded(struct walk *w, const struct state *s, const struct insn *insn)
{
    uint32_t bytes = insn_row(insn)->width_bits / 8;
    struct value base = s->regs[insn->src];
    bool is_xdp = w->subject->type->family == CTX_XDP;
    switch (base.kind) {
    case STACK:
        return read_stack(w, s, base, insn->off, bytes);
    case CONTEXT: /* data, data_end, data_meta */
        if (is_xdp ? insn->off <= 8 : insn->off == 76 || insn->off == 80 || insn->off == 140)
            return (struct value){ .kind = PACKET };
        return any_number;
    case MAP:
        expose(w, "not comparable: it reads the kernel's description of a map");
        return any_number;
    default:
        return any_number;
    }
}

static void
store(struct walk *w, struct state *s, const struct insn *insn, struct value value)
{
    struct value base = s->regs[insn->dst];
    if (base.kind == STACK)
        write_stack(w, s, base, insn->off, insn_row(insn)->width_bits / 8, value);
    else if (!is_number(value))
        expose(w, "not comparable: it stores an address");
}

/* An atomic reads and writes; what is fetched comes into src, or into r0. */
static void
exchange(struct walk *w, struct state *s, const struct insn *insn)
{
    bool is_cmpxchg = insn_kind(insn) == KIND_ATOMIC_CMPXCHG;
    struct insn load = *insn;
    load.src = insn->dst;
    struct value old = loaded(w, s, &load);
    if (!is_number(old) || (is_cmpxchg && !is_number(s->regs[REG_0])))
        expose(w, "not comparable: an atomic has to do with an address");
    store(w, s, insn, s->regs[insn->src]);
    if (is_cmpxchg)
        s->regs[REG_0] = any_number;
    else if (insn_kind(insn) == KIND_ATOMIC_FETCH)
        s->regs[insn->src] = any_number;
}

static void
compare(struct walk *w, const struct state *s, const struct insn *insn)
{
    struct value a = s->regs[insn->dst], b = operand(s, insn);
    bool is_null_check = (insn->op == OP_jeq64_k || insn->op == OP_jne64_k) && insn->imm == 0;
    if (!is_number(a) && is_null_check)
        return;
    if ((!is_number(a) || !is_number(b)) && !(a.kind == PACKET && b.kind == PACKET && insn_row(insn)->width_bits == 64))
        expose(w, "not comparable: it compares an address");
}

/* ---------------------------------------------------------------- calls */

/* Memory of n bytes that a helper reads. */
static void
pass_memory(struct walk *w, const struct state *s, struct value pointer, uint32_t n)
{
    if (pointer.kind == STACK && n && !is_number(read_stack(w, s, pointer, 0, n)))
        expose(w, "not comparable: it gives a helper an address to read");
}

/* read_stack tells an address from a number dword by dword. */
static void
pass_long_memory(struct walk *w, const struct state *s, struct value pointer, uint32_t n)
{
    for (uint32_t at = 0; at < n && !w->reason; at += 8) {
        pass_memory(w, s, pointer, n - at < 8 ? n - at : 8);
        pointer.n += 8;
    }
}

static void
pass_argument(struct walk *w, const struct state *s, const struct helper_row *row, uint32_t i)
{
    struct value value = s->regs[1 + i], size = i < 4 ? s->regs[2 + i] : any_number;
    switch ((enum helper_arg)row->args[i]) {
    case ARG_MAP_KEY:
        pass_memory(w, s, value, 4);
        break;
    case ARG_MAP_VALUE:
        pass_long_memory(w, s, value, SUBJECT_VALUE_BYTES);
        break;
    case ARG_MEM_READ:
        if (value.kind == STACK && (!size.is_known || size.n < 0 || size.n > STACK_BYTES))
            expose(w, "not comparable: it gives a helper stack of a size that nobody knows");
        else
            pass_long_memory(w, s, value, value.kind == STACK ? (uint32_t)size.n : 0);
        break;
    case ARG_NONE:
    case ARG_CTX:
    case ARG_MAP:
        break;
    default:
        if (!is_number(value))
            expose(w, "not comparable: it gives a helper an address for a number");
    }
}

/* Helpers that every engine answers in the same way. */
static bool
is_common(int64_t id)
{
    static const uint8_t ids[] = {
        BPF_FUNC_map_lookup_elem, BPF_FUNC_map_update_elem, BPF_FUNC_map_delete_elem,      BPF_FUNC_tail_call,
        BPF_FUNC_ktime_get_ns,    BPF_FUNC_get_prandom_u32, BPF_FUNC_get_smp_processor_id, BPF_FUNC_csum_diff,
    };
    for (uint32_t i = 0; i < ARRAY_LEN(ids); i++)
        if (id == ids[i])
            return true;
    return false;
}

static void
forget(struct state *s, uint16_t regs)
{
    for (uint32_t reg = 0; reg < N_REGS; reg++)
        if (regs & 1u << reg)
            s->regs[reg] = nothing;
}

static void
call_helper(struct walk *w, struct state *s, const struct insn *insn)
{
    const struct helper_row *row = is_common(insn->imm) ? helper_row((int32_t)insn->imm) : NULL;
    if (!row)
        expose(w, "not comparable: it calls a helper that tells of the world");
    for (uint32_t i = 0; row && i < ARRAY_LEN(row->args); i++)
        pass_argument(w, s, row, i);
    forget(s, ARGUMENTS);
    s->regs[REG_0] = insn->imm == BPF_FUNC_map_lookup_elem ? address : any_number;
}

/* Lets the function begin with what it is given, in a frame of its own; goes on with what it has been seen to return. */
static void
call_function(struct walk *w, struct state *s, uint32_t pc)
{
    int64_t target = insn_target(&w->insns[pc], pc);
    struct state callee = { .is_reached = true };
    if (target < 0 || target >= w->subject->n_slots)
        return;
    forget(&callee, 0x3ff);
    for (uint32_t reg = REG_1; reg <= REG_5; reg++) {
        callee.regs[reg] = s->regs[reg];
        if (s->regs[reg].kind == STACK)
            expose(w, "not comparable: a function is given another one's stack");
    }
    callee.regs[REG_10] = known(STACK, 0);
    flow(w, &callee, target);
    w->owners[target] = (uint32_t)target;
    forget(s, ARGUMENTS);
    s->regs[REG_0] = w->results[target];
}

static void
leave(struct walk *w, const struct state *s, uint32_t pc)
{
    uint32_t owner = w->owners[pc];
    bool is_program = owner == 0;
    for (uint32_t i = 0; i < w->subject->n_targets; i++)
        is_program |= owner == w->subject->targets[i];
    if (is_program && !is_number(s->regs[REG_0]))
        expose(w, "not comparable: it returns an address");
    join_into(w, &w->results[owner], s->regs[REG_0]);
}

/* ---------------------------------------------------------------- the walk */

static void
load_constant(struct walk *w, struct state *s, const struct insn *insn)
{
    struct value value = address;
    if (insn->op == OP_lddw)
        value = known(NUMBER, insn->imm);
    else if (insn->op == OP_ld_map_fd)
        value.kind = MAP;
    else if (insn->op != OP_ld_map_val)
        expose(w, "not comparable: it has the address of a function");
    s->regs[insn->dst] = value;
}

/* What one instruction does. */
static void
step(struct walk *w, struct state *s, uint32_t pc)
{
    const struct insn *insn = &w->insns[pc];
    switch (insn_kind(insn)) {
    case KIND_ALU:
        s->regs[insn->dst] = computed(insn, s->regs[insn->dst], operand(s, insn));
        break;
    case KIND_NEG:
    case KIND_SWAP:
        s->regs[insn->dst] = is_number(s->regs[insn->dst]) ? any_number : address;
        break;
    case KIND_MOVSX:
    case KIND_ADDRSPACE:
        s->regs[insn->dst] = is_number(s->regs[insn->src]) ? any_number : address;
        break;
    case KIND_LDX:
    case KIND_LDSX:
    case KIND_LDACQ:
        s->regs[insn->dst] = loaded(w, s, insn);
        break;
    case KIND_ST:
    case KIND_STX:
    case KIND_STREL:
        store(w, s, insn, operand(s, insn));
        break;
    case KIND_ATOMIC:
    case KIND_ATOMIC_FETCH:
    case KIND_ATOMIC_CMPXCHG:
        exchange(w, s, insn);
        break;
    case KIND_LDDW:
        load_constant(w, s, insn);
        break;
    case KIND_LDABS:
    case KIND_LDIND:
        if (insn_row(insn)->fields & Fs && !is_number(s->regs[insn->src]))
            expose(w, "not comparable: it takes an address for an offset");
        forget(s, CALLER_SAVED);
        s->regs[REG_0] = any_number;
        break;
    case KIND_JCC:
        compare(w, s, insn);
        break;
    case KIND_CALL:
        call_helper(w, s, insn);
        break;
    case KIND_CALLL:
        call_function(w, s, pc);
        break;
    case KIND_EXIT:
        leave(w, s, pc);
        break;
    default: /* jumps; what no kernel runs */
        break;
    }
}

static void
visit(struct walk *w, uint32_t pc)
{
    const struct insn *insn = &w->insns[pc];
    enum insn_kind kind = insn_kind(insn);
    struct state after = w->states[pc];
    int64_t next = pc + insn_slots(insn), target = kind == KIND_CALLL ? -1 : insn_target(insn, pc);
    step(w, &after, pc);
    if (target >= 0 && target < w->subject->n_slots) {
        w->owners[target] = w->owners[pc];
        flow(w, &after, target);
    }
    if (kind == KIND_JA || kind == KIND_EXIT || next >= w->subject->n_slots)
        return;
    w->owners[next] = w->owners[pc];
    flow(w, &after, next);
}

/* Where the kernel, or a tail call, comes in. */
static void
enter(struct walk *w, uint32_t pc)
{
    struct state first = { .is_reached = true };
    forget(&first, 0x3ff);
    first.regs[REG_1].kind = CONTEXT;
    first.regs[REG_10] = known(STACK, 0);
    w->owners[pc] = pc;
    flow(w, &first, pc);
}

const char *
subject_exposes(const struct subject *s)
{
    struct walk w = { .subject = s };
    w.insns = xcalloc(s->n_slots, sizeof *w.insns);
    w.states = xcalloc(s->n_slots, sizeof *w.states);
    w.owners = xcalloc(s->n_slots, sizeof *w.owners);
    w.results = xcalloc(s->n_slots, sizeof *w.results);
    insn_decode_all(s->code, s->n_slots, w.insns);
    enter(&w, 0);
    for (uint32_t i = 0; i < s->n_targets; i++)
        enter(&w, s->targets[i]);
    do {
        w.has_changed = false;
        for (uint32_t pc = 0; pc < s->n_slots; pc++)
            if (w.states[pc].is_reached && w.insns[pc].op != OP_lddw_tail)
                visit(&w, pc);
    } while (w.has_changed && !w.reason);
    free(w.insns);
    free(w.states);
    free(w.owners);
    free(w.results);
    return w.reason;
}
