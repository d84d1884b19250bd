/* The reference interpreter: threaded code over predecoded slots (interp_code.h).
 *
 * Counting. While control goes straight on nothing is counted: slots lie in program order, so
 *
 *     n_insns == base + (s - slots)         n_cycles == cycles + cost_before[s - slots]
 *
 * holds everywhere, and only a jump adds what keeps it true: its own distance, known when the slot is made.
 *
 * Attention. Budget and interrupt are looked at together, by one comparison where base may have grown: taken branches, calls and
 * returns. base <= quiet means that even the whole rest of the straight line stays within the budget (base + n is the count at its
 * end) and that the interrupt flag was looked at less than QUIET_INSNS ago. Near the end of a budget, and to leave a trapped slot,
 * instructions are executed one at a time: quiet is then the smallest number, and a step is planted on the following slot.
 *
 * Points. A slot with a point or a trap has the handler of traps, which asks the points; one that may change a watched register is executed
 * alone and then looked at (`is_watching`). Bounds leave out watched bytes, so that an access to them misses; it is then executed in the same
 * way. Helpers are looked at whenever something is watched.
 *
 * Counts (counts.h). Who counts wants attention wherever control has not gone straight on, by a quiet that is the smallest number, and
 * finds out there where it came from: by how much base has changed since the last time. Slots and groups stay as they are.
 *
 * Groups. A slot that begins a group of fuse.def has a handler that executes the group's members one after the other. Every member
 * keeps a slot and a handler of its own, so that branches may go into a group, and whatever stops inside of one stops at the member: a
 * miss or a taken branch leaves the group with s at that member. A trap takes the group apart (interp_code.c).
 *
 * Memory. Each access compares its address with the bounds that its slot knows. A miss asks the memory and fills them, or faults;
 * it happens before anything has changed, so the instruction is simply tried again.
 *
 * Registers live in a local array whose address never escapes: the compiler may assume that guest stores don't change them. SAVE()
 * writes the machine back wherever somebody else looks at it. */
#include "config.h"

#include "sim/engine.h"
#include "sim/interp_ops.h"
#include "sim/machine/helper.h"

/* Instructions between two looks at the interrupt flag, which takes below 1 ms; calls of helpers look at it, too. */
enum { QUIET_INSNS = 1 << 18 };

/* A run as loop() needs it. */
struct run {
    struct code *code;
    struct machine *machine;
    int64_t limit; /* n_insns at which the budget ends */
    uint32_t how;  /* RUN_* */
    /* For counting: as of the last attention. */
    int64_t base, quiet; /* quiet: what it would be if nobody counted */
    uint32_t depth;
};

/* Slot of a code address, as callx takes it. */
static uint32_t
slot_of_address(const struct code *code, uint64_t addr)
{
    uint64_t pc = (addr - GUEST_CODE) / SLOT_BYTES;
    return addr >= GUEST_CODE && addr % SLOT_BYTES == 0 && pc < code->program->n_slots ? code->index[pc] : NO_SLOT;
}

static uint64_t
frame_pointer(uint32_t depth)
{
    return STACK_TOP - depth * FRAME_STRIDE;
}

/* Control is at slot s. When it has not come straight on, it came from a slot that the distance tells: base has changed by just that. */
static void
count_way(struct run *run, const struct slot *s, int64_t base, uint64_t cycles)
{
    const struct code *code = run->code;
    const struct machine *m = run->machine;
    struct counts *counts = code->counts;
    ptrdiff_t jump = run->base - base, to = s - code->slots, from = to - 1 - jump;
    bool is_entered = m->depth > run->depth, is_left = m->depth < run->depth;
    if (!jump && !is_entered && !is_left)
        return;
    uint32_t from_pc = code->slots[from].pc;
    counts->left[from_pc]++;
    if (insn_target(&code->program->insns[from_pc], from_pc) < 0)
        counts->came[s->pc]++;
    if (is_entered)
        counts_enter(counts, m, m->depth, (uint64_t)(base + to), cycles + code->cost_before[to]);
    else if (is_left)
        counts_leave(counts, m, run->depth, (uint64_t)(base + to), cycles + code->cost_before[to]);
    run->base = base;
    run->depth = m->depth;
}

/* Forms a stop at the machine's pc. A helper that tried and did without may have left a fault that is none. */
static struct stop
stop_at(const struct machine *m, uint32_t reasons, const struct fault *fault)
{
    struct stop stop = { .reasons = reasons, .pc = m->pc };
    if (reasons & STOP_FAULT)
        stop.fault = *fault;
    return stop;
}

/* clang-format off */
/* gcc keeps a jump of its own behind each handler, which the machine predicts better. clang merges them all the same, after spending time
 * that grows with the square of their number, minutes with sanitizers: it is given one. */
#ifdef __clang__
#define DISPATCH() goto dispatch
#else
#define DISPATCH() goto *s->handler
#endif
#define NEXT(n) do { s += (n); DISPATCH(); } while (0)

/* The branch in slot s[k] is taken. */
#define TAKE(k) do { \
        s += (k); \
        base -= s->jump; \
        cycles += s->taken_cycles; \
        s += s->jump + 1; \
        if (unlikely(base > quiet)) \
            goto attend; \
        DISPATCH(); \
    } while (0)

/* To any slot, from instruction s. */
#define MOVE(to) do { \
        const ptrdiff_t from_i = s + 1 - slots, to_i = (to); \
        base += from_i - to_i; \
        cycles += code->cost_before[from_i] - code->cost_before[to_i]; \
        s = slots + to_i; \
        if (unlikely(base > quiet)) \
            goto attend; \
        DISPATCH(); \
    } while (0)

/* After the instruction at s, wherever it leads, attend. */
#define PLANT() do { \
        quiet = INT64_MIN; \
        planted = s + 1; \
        planted_over = planted->handler; \
        planted->handler = &&attend; \
    } while (0)

#define SAVE() do { \
        memcpy(m->regs, r, sizeof m->regs); \
        m->pc = s->pc; \
        m->n_insns = (uint64_t)(base + (s - slots)); \
        m->n_cycles = cycles + code->cost_before[s - slots]; \
    } while (0)

#define FAULT(...) do { \
        fault = (struct fault){ __VA_ARGS__ }; \
        goto fault; \
    } while (0)

/* The call in slot s enters its function. */
#define PUSH_FRAME() do { \
        if (unlikely(m->depth + 1 >= MAX_FRAMES)) \
            FAULT(.kind = FAULT_CALL_DEPTH); \
        m->depth++; \
        memcpy(m->frames[m->depth].saved, &r[REG_6], sizeof m->frames[0].saved); \
        m->frames[m->depth].return_pc = s[1].pc; \
        r[REG_10] = frame_pointer(m->depth); \
    } while (0)

/* Member k of the group that starts at s, with the registers d and x. */
#define MEMBER(name, k, d, x) \
    switch (do_##name(s + (k), r, host, d, x)) { \
    case FLOW_NEXT: break; \
    case FLOW_TAKEN: TAKE(k); \
    case FLOW_MISS: s += (k); goto miss; \
    }

/* A group of n slots. The variables have the names of fuse.def's columns. */
#define GROUP(n, name, members) handle_##name: { \
        const unsigned d0 = s[0].dst, s0 = s[0].src, d1 = s[1].dst, s1 = s[1].src; \
        const unsigned d2 = (n) > 2 ? s[2].dst : 0, s2 = (n) > 2 ? s[2].src : 0, d3 = (n) > 3 ? s[3].dst : 0, s3 = (n) > 3 ? s[3].src : 0; \
        (void)d0, (void)s0, (void)d1, (void)s1, (void)d2, (void)s2, (void)d3, (void)s3; \
        members \
        NEXT(n); \
    }

#define HANDLE_COMMON(name) handle_##name: MEMBER(name, 0, s->dst, s->src) NEXT(1);
#define HANDLE_ALU HANDLE_COMMON
#define HANDLE_NEG HANDLE_COMMON
#define HANDLE_MOVSX HANDLE_COMMON
#define HANDLE_SWAP HANDLE_COMMON
#define HANDLE_ADDRSPACE HANDLE_COMMON
#define HANDLE_LDDW HANDLE_COMMON
#define HANDLE_JCC HANDLE_COMMON
#define HANDLE_JA HANDLE_COMMON
#define HANDLE_LDX HANDLE_COMMON
#define HANDLE_LDSX HANDLE_COMMON
#define HANDLE_ST HANDLE_COMMON
#define HANDLE_STX HANDLE_COMMON
#define HANDLE_LDACQ HANDLE_COMMON
#define HANDLE_STREL HANDLE_COMMON
#define HANDLE_ATOMIC HANDLE_COMMON
#define HANDLE_ATOMIC_FETCH HANDLE_COMMON
#define HANDLE_ATOMIC_CMPXCHG HANDLE_COMMON
#define HANDLE_MAYGOTO(name) handle_##name: \
    if (m->n_may_goto >= m->env.may_goto_limit) \
        TAKE(0); \
    m->n_may_goto++; \
    NEXT(1);
#define HANDLE_CALL(name) handle_##name: goto helper;
#define HANDLE_CALLK(name) handle_##name: goto helper;
#define HANDLE_LDABS(name) handle_##name: goto packet;
#define HANDLE_LDIND(name) handle_##name: goto packet;
#define HANDLE_CALLL(name) handle_##name: PUSH_FRAME(); TAKE(0);
#define HANDLE_CALLX(name) handle_##name: \
    callee = slot_of_address(code, r[s->dst]); \
    if (callee == NO_SLOT && r[s->dst] <= INT32_MAX && helper_row((int32_t)r[s->dst])) \
        goto helper; \
    if (callee == NO_SLOT) \
        FAULT(.kind = FAULT_PC, .addr = r[s->dst]); \
    PUSH_FRAME(); \
    MOVE(callee);
#define HANDLE_EXIT(name) handle_##name: goto leave;
/* clang-format on */

/* Runs, or, without a run, only tells where its handlers are. */
static struct stop
loop(struct run *run, const void *const **labels)
{
    static const void *const handlers[N_HANDLERS] = {
#define INSN(kind, name, ...) [HANDLER_##name] = &&handle_##name,
#include "sim/isa/isa.def"
        [HANDLER_illegal] = &&handle_illegal, [HANDLER_unresolved] = &&handle_unresolved, [HANDLER_wild] = &&handle_wild,
        [HANDLER_end] = &&handle_end,         [HANDLER_trap] = &&handle_trap,             [HANDLER_watch] = &&handle_watch,
#define FUSE2(op0, a0, b0, op1, a1, b1) &&handle_##op0##a0##b0##op1##a1##b1,
#define FUSE3(op0, a0, b0, op1, a1, b1, op2, a2, b2) &&handle_##op0##a0##b0##op1##a1##b1##op2##a2##b2,
#define FUSE4(op0, a0, b0, op1, a1, b1, op2, a2, b2, op3, a3, b3) &&handle_##op0##a0##b0##op1##a1##b1##op2##a2##b2##op3##a3##b3,
#include "sim/fuse.def"
    };
    if (labels) {
        *labels = handlers;
        return (struct stop){ 0 };
    }

    struct code *const code = run->code;
    struct machine *const m = run->machine;
    struct slot *const slots = code->slots;
    uint8_t *const host = memory_host(&m->mem, 0);
    bool resume = run->how & RUN_RESUME, is_watching = false;
    uint64_t r[N_REGS];
    struct slot *s, *planted = NULL, *opened = NULL; /* opened: lets one access to watched bytes through */
    const void *planted_over = NULL;
    int64_t base, quiet = INT64_MIN;
    uint64_t cycles;
    uint32_t reasons, callee, opened_lo = 0, opened_room = 0;
    struct fault fault = { .kind = FAULT_NONE };
    enum helper_outcome outcome;

enter: /* with the machine's state */
    s = slots + code->index[m->pc];
    base = (int64_t)m->n_insns - (s - slots);
    cycles = m->n_cycles - code->cost_before[s - slots];
    memcpy(r, m->regs, sizeof r);
    if (unlikely(code->counts)) {
        code->counts->came[s->pc]++;
        run->base = base;
        run->depth = m->depth;
    }

attend: /* at s, between two instructions */
    if (unlikely(code->counts)) {
        count_way(run, s, base, cycles);
        if (base <= run->quiet && !planted && !is_watching && !code->marks[s - slots])
            DISPATCH();
    }
    if (planted)
        planted->handler = planted_over;
    planted = NULL;
    reasons = base + (s - slots) >= run->limit ? STOP_BUDGET : 0;
    if (*m->interrupt) {
        *m->interrupt = 0;
        reasons |= STOP_INTERRUPT;
    }
    if (is_watching) {
        SAVE();
        if (points_changed(code->points, m))
            reasons |= STOP_WATCH;
        if (opened) {
            opened->lo = opened_lo;
            opened->room = opened_room;
        }
        opened = NULL;
        is_watching = false;
    }
    if (code->marks[s - slots] & MARK_TRAP && !resume)
        reasons |= STOP_TRAP;
    if (code->marks[s - slots] & MARK_POINT && !resume && !(reasons == STOP_BUDGET && run->how & RUN_PIECE)) {
        SAVE();
        if (points_reached(code->points, m, 0))
            reasons |= STOP_TRAP;
        resume = true;
    }
    if (reasons)
        goto stop;
    quiet = base + QUIET_INSNS;
    if (quiet > run->limit - code->n - 1)
        quiet = run->limit - code->n - 1;
    is_watching = code->marks[s - slots] & MARK_WATCH;
    run->quiet = quiet;
    if (base > quiet || resume || is_watching)
        PLANT();
    else if (unlikely(code->counts))
        quiet = INT64_MIN;
    resume = false;
    goto *handlers[code->alone[s - slots]];
#ifdef __clang__
dispatch:
    goto *s->handler;
#endif

#define INSN(kind, name, ...) HANDLE_##kind(name)
#include "sim/isa/isa.def"

#define FUSE2(op0, a0, b0, op1, a1, b1) \
    GROUP(2, op0##a0##b0##op1##a1##b1, MEMBER(op0, 0, a0, b0) MEMBER(op1, 1, a1, b1))
#define FUSE3(op0, a0, b0, op1, a1, b1, op2, a2, b2) \
    GROUP(3, op0##a0##b0##op1##a1##b1##op2##a2##b2, MEMBER(op0, 0, a0, b0) MEMBER(op1, 1, a1, b1) MEMBER(op2, 2, a2, b2))
#define FUSE4(op0, a0, b0, op1, a1, b1, op2, a2, b2, op3, a3, b3) \
    GROUP(4, op0##a0##b0##op1##a1##b1##op2##a2##b2##op3##a3##b3, \
          MEMBER(op0, 0, a0, b0) MEMBER(op1, 1, a1, b1) MEMBER(op2, 2, a2, b2) MEMBER(op3, 3, a3, b3))
#include "sim/fuse.def"

miss:
    SAVE();
    opened_lo = s->lo;
    opened_room = s->room;
    switch (code_refill(code, m, s, m->regs, &fault)) {
    case REFILL_FAULT:
        goto fault;
    case REFILL_DONE:
        break;
    case REFILL_WATCHED:
        opened = s;
        is_watching = true;
        if (!planted)
            PLANT();
        break;
    }
    goto *handlers[code->alone[s - slots]];

helper:
    SAVE();
    outcome = helper_call(m, &fault);
    goto called;
packet:
    SAVE();
    outcome = helper_load_packet(m, &fault);
called:
    if (outcome == HELPER_FAULT)
        goto fault;
    code_void_bounds(code, m);
    if (outcome == HELPER_DONE) {
        memcpy(r, m->regs, sizeof r);
        s++;
        is_watching = points_watch(code->points);
        if (unlikely(*m->interrupt || is_watching)) /* helpers take their time */
            goto attend;
        DISPATCH();
    }
    if (m->has_exited) {
        memcpy(r, m->regs, sizeof r);
        goto exited;
    }
    m->n_insns++;
    m->n_cycles += code->cost_before[s + 1 - slots] - code->cost_before[s - slots];
    is_watching = points_watch(code->points);
    if (unlikely(code->counts)) {
        code->counts->left[s->pc]++;
        if (m->depth > run->depth)
            counts_enter(code->counts, m, m->depth, m->n_insns, m->n_cycles);
    }
    goto enter;

leave:
    if (m->depth == 0)
        goto exited;
    memcpy(&r[REG_6], m->frames[m->depth].saved, sizeof m->frames[0].saved);
    for (int i = REG_1; i <= REG_5; i++)
        r[i] = REG_CLOBBERED;
    callee = code->index[m->frames[m->depth].return_pc];
    m->depth--;
    r[REG_10] = frame_pointer(m->depth);
    MOVE(callee);

exited: /* by the instruction at s: it counts, pc stays */
    SAVE();
    m->has_exited = true;
    m->n_insns++;
    m->n_cycles += code->cost_before[s + 1 - slots] - code->cost_before[s - slots];
    if (unlikely(code->counts))
        code->counts->left[s->pc]++;
    reasons = STOP_EXIT | ((int64_t)m->n_insns >= run->limit ? STOP_BUDGET : 0);
    goto stopped;

handle_wild: /* a branch to no instruction: it can only be passed by */
    SAVE();
    if (code->program->insns[s->pc].op == OP_may_goto && m->n_may_goto < m->env.may_goto_limit) {
        m->n_may_goto++;
        NEXT(1);
    }
    if (!is_taken(code->program->insns[s->pc].op, s, m->regs))
        NEXT(1);
    FAULT(.kind = FAULT_PC, .addr = (uint64_t)insn_target(&code->program->insns[s->pc], s->pc));
handle_illegal:
    FAULT(.kind = FAULT_ILLEGAL_INSN);
handle_unresolved:
    FAULT(.kind = FAULT_UNRESOLVED);
handle_end:
    FAULT(.kind = FAULT_PC, .addr = s->pc);
handle_trap:
handle_watch:
    goto attend;
fault:
    reasons = STOP_FAULT;
stop:
    SAVE();
    if (unlikely(code->counts))
        code->counts->came[s->pc]--;
stopped:
    if (planted)
        planted->handler = planted_over;
    return stop_at(m, reasons, &fault);
}

static struct code *
open_code(const struct program *program, const struct cost_model *costs, struct errinfo *e)
{
    (void)e;
    const void *const *labels;
    loop(NULL, &labels);
    return code_open(program, costs, labels);
}

static struct code *
reopen_code(struct code *code, const struct program *program, const struct cost_model *costs, struct errinfo *e)
{
    (void)e;
    code_reopen(code, program, costs);
    return code;
}

static void
set_counts(struct code *code, struct counts *counts)
{
    code->counts = counts;
}

static struct stop
run_code(struct code *code, struct machine *m, uint64_t budget, uint32_t how)
{
    const struct fault none = { .kind = FAULT_NONE }, nowhere = { .kind = FAULT_PC, .addr = m->pc };
    if (!(how & (RUN_PIECE | RUN_LAST)))
        points_begin(code->points, m);
    if (m->has_exited)
        return stop_at(m, STOP_EXIT, &none);
    if (m->pc > code->program->n_slots || code->index[m->pc] == NO_SLOT)
        return stop_at(m, budget ? STOP_FAULT : STOP_BUDGET, budget ? &nowhere : &none);
    code_void_bounds(code, m);
    uint64_t room = (uint64_t)INT64_MAX - m->n_insns;
    const uint64_t limit = m->n_insns + (budget < room ? budget : room);
    struct run run = { .code = code, .machine = m, .limit = (int64_t)limit, .how = how, .quiet = INT64_MIN };
    return loop(&run, NULL);
}

const struct engine interp_engine = {
    .name = "interp",
    .open = open_code,
    .close = code_close,
    .reopen = reopen_code,
    .set_trap = code_set_trap,
    .set_points = code_set_points,
    .set_counts = set_counts,
    .run = run_code,
};
