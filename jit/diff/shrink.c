/* Shrinking finds. See shrink.h.
 *
 * A few passes take turns until none of them gets any further. Each of them proposes smaller drafts of the best subject so far, and
 * what the judge says is still the same find becomes the best one. Every pass makes something strictly smaller (fewer instructions; fewer
 * branches; fewer instructions that are not constants; smaller numbers; lower registers; less input), so they come to an end. */
#include "config.h"

#include "jit/diff/shrink_private.h"

#include "sim/base/base.h"

#include <stdlib.h>
#include <string.h>

enum {
    ALL_PAIRS_BELOW = 32, /* instructions: any two of them are tried to be removed together */
    SMALL_INSNS = 6,      /* nobody needs it any smaller */
};

/* ---------------------------------------------------------------- one trial */

static bool
is_over(const struct shrink *sh)
{
    return sh->n_tries >= sh->max_tries || (sh->end_ns && now_ns() >= sh->end_ns) || (sh->limits->go_on && !sh->limits->go_on(sh->limits->arg));
}

struct draft *
shrink_begin(struct shrink *sh)
{
    draft_copy(&sh->trial, &sh->draft);
    return &sh->trial;
}

static bool
is_same_subject(const struct subject *a, const struct subject *b)
{
    return a->n_slots == b->n_slots && a->n_input == b->n_input && a->type == b->type && a->n_targets == b->n_targets &&
           !memcmp(a->targets, b->targets, a->n_targets * sizeof *a->targets) && a->may_goto_limit == b->may_goto_limit &&
           a->stop_after == b->stop_after && a->has_unit_costs == b->has_unit_costs && a->n_points == b->n_points &&
           !memcmp(a->points, b->points, a->n_points * sizeof *a->points) &&
           !memcmp(a->input, b->input, a->n_input) && !memcmp(a->code, b->code, (size_t)a->n_slots * SLOT_BYTES);
}

/* Whether control can't fall off the end. */
static bool
ends_by_exit(const struct draft *d)
{
    enum insn_kind kind = insn_kind(&d->insns[d->n - 1].insn);
    return kind == KIND_EXIT || kind == KIND_JA;
}

/* Whether it is the same find. A cause without a name is one of several instructions together, or the kernel's: what differs first depends on
 * what else there is, so only what ends the process is told from the rest. */
static bool
is_same_cause(const struct cause *a, const struct cause *b)
{
    if (a->is_named || b->is_named)
        return cause_is_like(a, b);
    return (a->kind == DIFFERENCE_SIGNAL) == (b->kind == DIFFERENCE_SIGNAL);
}

bool
shrink_accept(struct shrink *sh)
{
    struct cause cause;
    if (sh->is_for_kernel)
        draft_drop_unreachable(&sh->trial);
    if (is_over(sh) || !draft_write(&sh->trial) || (sh->keeps_exit && !ends_by_exit(&sh->trial)) ||
        is_same_subject(&sh->subject, &sh->best->subject))
        return false;
    sh->n_tries++;
    if (!judge_try(sh->judge, &sh->subject, &sh->found))
        return false;
    judge_cause(sh->judge, &sh->subject, &sh->found, &cause);
    if (!is_same_cause(&cause, &sh->cause))
        return false;
    sh->cause = cause;
    sh->best->pc = sh->found.pc;
    sh->best->first = sh->found.first;
    draft_copy(&sh->draft, &sh->trial);
    return true;
}

/* ---------------------------------------------------------------- fewer instructions */

static bool
remove_range(struct shrink *sh, uint32_t at, uint32_t n)
{
    struct draft *d = shrink_begin(sh);
    for (uint32_t i = at; i < at + n && i < d->n; i++)
        d->insns[i].is_gone = true;
    return shrink_accept(sh);
}

/* All that the reference never gets to. */
static bool
remove_unreached(struct shrink *sh)
{
    judge_trace(sh->judge, &sh->best->subject, UINT64_MAX, &sh->trace);
    struct draft *d = shrink_begin(sh);
    for (uint32_t i = 0, pc = 0; i < d->n; i++) {
        d->insns[i].is_gone = !sh->trace.slots[pc].is_reached;
        pc += d->insns[i].is_raw ? 1 : insn_slots(&d->insns[i].insn);
    }
    return shrink_accept(sh);
}

/* Runs of instructions, the longest first, from the end: what comes later needs what came before. */
static bool
remove_ranges(struct shrink *sh)
{
    bool any = false;
    for (uint32_t size = sh->draft.n / 2; size; size /= 2)
        for (uint32_t end = sh->draft.n; end;) {
            uint32_t n = end < size ? end : size;
            any |= remove_range(sh, end - n, n);
            end -= n;
            end = end < sh->draft.n ? end : sh->draft.n;
        }
    return any;
}

static bool
remove_pairs(struct shrink *sh)
{
    bool any = false;
    for (uint32_t i = 0; sh->draft.n < ALL_PAIRS_BELOW && i < sh->draft.n; i++)
        for (uint32_t k = i + 1; k < sh->draft.n; k++) {
            struct draft *d = shrink_begin(sh);
            d->insns[i].is_gone = d->insns[k].is_gone = true;
            any |= shrink_accept(sh);
        }
    return any;
}

/* All branches back: loops are what keeps a program from the kernel, see KNOWN_MAX_PATH. */
static bool
remove_loops(struct shrink *sh)
{
    struct draft *d = shrink_begin(sh);
    bool any = false;
    for (uint32_t i = 0; i < d->n; i++)
        if (d->insns[i].target != DRAFT_NOWHERE && d->insns[i].target <= (int32_t)i)
            any = d->insns[i].is_gone = true;
    return any && shrink_accept(sh);
}

/* What keeps a program whose longest way is not known from the kernel (known.def). */
static bool
remove_known(struct shrink *sh)
{
    struct draft *d = shrink_begin(sh);
    bool any = false;
    for (uint32_t i = 0; i < d->n && sh->is_for_kernel; i++)
        if (!d->insns[i].is_raw && d->insns[i].insn.op >= OP_or64_k && d->insns[i].insn.op <= OP_and32_x)
            any = d->insns[i].is_gone = true;
    return any && shrink_accept(sh);
}

static bool
remove_some(struct shrink *sh)
{
    bool any = remove_unreached(sh);
    any |= remove_loops(sh);
    any |= remove_known(sh);
    any |= remove_ranges(sh);
    return any | remove_pairs(sh);
}

/* ---------------------------------------------------------------- straight control flow */

static void
make_jump(struct draft_insn *at)
{
    int32_t target = at->target;
    *at = (struct draft_insn){ .insn = { .op = OP_ja }, .target = target };
}

/* A call of the first function whose address is loaded, instead of one through a register. */
static bool
call_directly(struct shrink *sh, uint32_t i)
{
    for (uint32_t k = 0; k < sh->draft.n; k++) {
        const struct draft_insn *address = &sh->draft.insns[k];
        if (address->is_raw || address->insn.op != OP_ld_func || address->target == DRAFT_NOWHERE)
            continue;
        shrink_begin(sh)->insns[i] = (struct draft_insn){ .insn = { .op = OP_call_local }, .target = address->target };
        return shrink_accept(sh);
    }
    return false;
}

/* The body of a function in the place of its only call: the function ends by the first exit, and there is no other way out of it. */
static bool
inline_call(struct shrink *sh, uint32_t i)
{
    const struct draft *from = &sh->draft;
    uint32_t first = (uint32_t)from->insns[i].target, end = first, to[SUBJECT_MAX_SLOTS + 1], n = 0;
    while (end < from->n && insn_kind(&from->insns[end].insn) != KIND_EXIT)
        end++;
    if (first <= i || end == from->n || from->subject->n_targets)
        return false;
    struct draft *d = shrink_begin(sh);
    for (uint32_t k = 0; k <= from->n; k++) { /* the order in which they will stand */
        if (k == i)
            for (uint32_t body = first; body < end; body++)
                to[body] = n++;
        if (k < first || k >= end)
            to[k] = n++;
    }
    for (uint32_t k = 0; k < from->n; k++) {
        struct draft_insn *at = &d->insns[to[k]];
        *at = from->insns[k];
        at->is_gone = k == i || k == end;
        if (at->target != DRAFT_NOWHERE)
            at->target = (int32_t)(at->target == (int32_t)end ? to[i] : to[at->target]);
    }
    return shrink_accept(sh);
}

/* A branch that is always taken, a call that does not come back, a program that ends here. */
static bool
straighten(struct shrink *sh)
{
    bool any = false;
    for (uint32_t i = 0; i < sh->draft.n; i++) {
        const struct draft_insn *at = &sh->draft.insns[i];
        if (!at->is_raw && at->insn.op == OP_exit)
            continue;
        if (!at->is_raw && insn_kind(&at->insn) == KIND_CALLX)
            any |= call_directly(sh, i);
        at = &sh->draft.insns[i];
        if (!at->is_raw && at->insn.op == OP_call_local && at->target != DRAFT_NOWHERE)
            any |= inline_call(sh, i);
        at = &sh->draft.insns[i];
        if (at->target != DRAFT_NOWHERE && at->insn.op != OP_ja && at->insn.op != OP_ld_func) {
            make_jump(&shrink_begin(sh)->insns[i]);
            any |= shrink_accept(sh);
        }
        at = &sh->draft.insns[i];
        if (i + 1 < sh->draft.n && at->insn.op != OP_exit) {
            shrink_begin(sh)->insns[i] = (struct draft_insn){ .insn = { .op = OP_exit }, .target = DRAFT_NOWHERE };
            any |= shrink_accept(sh);
        }
    }
    return any;
}

/* ---------------------------------------------------------------- constants for what was computed */

static bool
is_constant(const struct insn *insn)
{
    return insn->op == OP_mov64_k || insn->op == OP_lddw;
}

static void
make_constant(struct draft_insn *at, uint8_t reg, uint64_t value)
{
    bool is_short = (int64_t)value == (int32_t)value;
    *at = (struct draft_insn){
        .insn = { .op = is_short ? OP_mov64_k : OP_lddw, .dst = reg, .imm = (int64_t)value },
        .target = DRAFT_NOWHERE,
    };
}

/* What an instruction left in a register, instead of the instruction. Pointers stay what they are: as numbers they would say nothing. */
static bool
make_constants(struct shrink *sh)
{
    bool any = false;
    judge_trace(sh->judge, &sh->best->subject, UINT64_MAX, &sh->trace);
    for (uint32_t i = 0, pc = 0; i < sh->draft.n; i++) {
        const struct draft_insn *at = &sh->draft.insns[i];
        const struct trace_slot *slot = &sh->trace.slots[pc];
        bool is_made = false;
        uint16_t writes = at->is_raw || is_constant(&at->insn) || !slot->is_reached ? 0 : insn_writes(&at->insn) & (uint16_t)~slot->pointers;
        for (uint8_t reg = 0; reg < N_REGS && !is_made; reg++) {
            if (!(writes >> reg & 1))
                continue;
            make_constant(&shrink_begin(sh)->insns[i], reg, slot->regs[reg]);
            is_made = shrink_accept(sh);
        }
        if (is_made) /* slots and what happens have moved */
            judge_trace(sh->judge, &sh->best->subject, UINT64_MAX, &sh->trace);
        any |= is_made;
        pc += sh->draft.insns[i].is_raw ? 1 : insn_slots(&sh->draft.insns[i].insn);
    }
    return any;
}

/* ---------------------------------------------------------------- smaller numbers */

enum number { NUMBER_IMM, NUMBER_OFF };

static int64_t
get_number(const struct draft_insn *at, enum number which)
{
    return which == NUMBER_OFF ? at->insn.off : at->insn.imm;
}

static bool
try_number(struct shrink *sh, uint32_t i, enum number which, int64_t value)
{
    struct draft_insn *at = &shrink_begin(sh)->insns[i];
    if (which == NUMBER_OFF)
        at->insn.off = (int16_t)value;
    else if (is_constant(&at->insn))
        make_constant(at, at->insn.dst, (uint64_t)value);
    else
        at->insn.imm = value;
    return shrink_accept(sh);
}

static uint64_t
magnitude(int64_t value)
{
    return value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
}

/* Simple numbers, then halves, then fewer bits. */
static bool
shrink_number(struct shrink *sh, uint32_t i, enum number which)
{
    static const int64_t simple[] = { 0, 1, -1, 2, 8, -8 };
    bool any = false;
    for (uint32_t k = 0; k < ARRAY_LEN(simple); k++)
        if (magnitude(simple[k]) < magnitude(get_number(&sh->draft.insns[i], which)) && try_number(sh, i, which, simple[k]))
            return true;
    for (int64_t value; magnitude(value = get_number(&sh->draft.insns[i], which)) > 2; any = true)
        if (!try_number(sh, i, which, value / 2) && !(value > 0 && try_number(sh, i, which, value & (value - 1))))
            break;
    return any;
}

/* Whether imm is a number, not the name of something. */
static bool
has_number(const struct draft_insn *at)
{
    enum insn_kind kind = insn_kind(&at->insn);
    return insn_rows[at->insn.op].fields & Fi && at->target == DRAFT_NOWHERE && kind != KIND_CALL && kind != KIND_CALLK &&
           (kind != KIND_LDDW || at->insn.op == OP_lddw);
}

static bool
shrink_numbers(struct shrink *sh)
{
    bool any = false;
    for (uint32_t i = 0; i < sh->draft.n; i++) {
        if (sh->draft.insns[i].is_raw)
            continue;
        if (has_number(&sh->draft.insns[i]))
            any |= shrink_number(sh, i, NUMBER_IMM);
        if (insn_rows[sh->draft.insns[i].insn.op].fields & Fo && sh->draft.insns[i].target == DRAFT_NOWHERE)
            any |= shrink_number(sh, i, NUMBER_OFF);
    }
    return any;
}

/* ---------------------------------------------------------------- lower registers */

void
rename_register(struct draft *d, uint8_t from, uint8_t to)
{
    for (uint32_t i = 0; i < d->n; i++) {
        struct insn *insn = &d->insns[i].insn;
        uint8_t fields = d->insns[i].is_raw ? 0 : insn_rows[insn->op].fields;
        if (fields & Fd && insn->dst == from)
            insn->dst = to;
        if (fields & Fs && insn->src == from)
            insn->src = to;
    }
}

/* Registers that operands name. */
static uint16_t
named_registers(const struct draft *d)
{
    uint16_t named = 0;
    for (uint32_t i = 0; i < d->n; i++) {
        const struct insn *insn = &d->insns[i].insn;
        uint8_t fields = d->insns[i].is_raw ? 0 : insn_rows[insn->op].fields;
        named |= (uint16_t)((fields & Fd ? 1 << insn->dst : 0) | (fields & Fs ? 1 << insn->src : 0));
    }
    return named;
}

/* One register for another everywhere, where that is no other's name yet. */
static bool
rename_registers(struct shrink *sh)
{
    bool any = false;
    for (uint8_t from = REG_1; from < REG_10; from++)
        for (uint8_t to = REG_0; to < from; to++) {
            uint16_t named = named_registers(&sh->draft);
            if (!(named >> from & 1) || named >> to & 1)
                continue;
            rename_register(shrink_begin(sh), from, to);
            any |= shrink_accept(sh);
        }
    return any;
}

/* What was copied is used where it came from, or made where it is needed. */
static bool
remove_copies(struct shrink *sh)
{
    bool any = false;
    for (uint32_t i = 0; i < sh->draft.n; i++)
        for (uint32_t way = 0; way < 2; way++) {
            const struct insn copy = sh->draft.insns[i].insn;
            if (sh->draft.insns[i].is_raw || copy.op != OP_mov64_x)
                break;
            struct draft *d = shrink_begin(sh);
            rename_register(d, way ? copy.src : copy.dst, way ? copy.dst : copy.src);
            d->insns[i].is_gone = true;
            if (shrink_accept(sh)) {
                any = true;
                break;
            }
        }
    return any;
}

/* One operand at a time. */
static bool
lower_operand(struct shrink *sh, uint32_t i, bool is_src)
{
    bool any = false;
    const struct insn *insn = &sh->draft.insns[i].insn;
    if (sh->draft.insns[i].is_raw || !(insn_rows[insn->op].fields & (is_src ? Fs : Fd)))
        return false;
    for (uint8_t to = REG_0; !any && to < (is_src ? insn->src : insn->dst); to++) {
        struct insn *changed = &shrink_begin(sh)->insns[i].insn;
        *(is_src ? &changed->src : &changed->dst) = to;
        any = shrink_accept(sh);
    }
    return any;
}

static bool
lower_registers(struct shrink *sh)
{
    bool any = remove_copies(sh);
    any |= rename_registers(sh);
    for (uint32_t i = 0; i < sh->draft.n; i++) {
        any |= lower_operand(sh, i, true);
        any |= lower_operand(sh, i, false);
    }
    return any;
}

/* ---------------------------------------------------------------- less input */

static bool
try_input_bytes(struct shrink *sh, uint32_t n)
{
    shrink_begin(sh)->subject->n_input = n;
    return shrink_accept(sh);
}

static bool
clear_input(struct shrink *sh, uint32_t at, uint32_t n)
{
    memset(shrink_begin(sh)->subject->input + at, 0, n);
    return shrink_accept(sh);
}

static bool
shrink_input(struct shrink *sh)
{
    enum { SMALLEST = 16 }; /* a packet has an Ethernet header at least */
    bool any = false;
    const struct prog_type *generic = prog_type_named("generic");
    if (sh->best->subject.type != generic) {
        shrink_begin(sh)->subject->type = generic;
        any |= shrink_accept(sh);
    }
    while (sh->best->subject.n_input / 2 >= SMALLEST && try_input_bytes(sh, sh->best->subject.n_input / 2 / 8 * 8))
        any = true;
    for (uint32_t n = sh->best->subject.n_input; n; n /= 2)
        for (uint32_t at = 0; at < sh->best->subject.n_input; at += n)
            any |= clear_input(sh, at, n < sh->best->subject.n_input - at ? n : sh->best->subject.n_input - at);
    for (uint32_t limit; (limit = sh->best->subject.may_goto_limit) > 0; any = true) {
        shrink_begin(sh)->subject->may_goto_limit = limit / 2;
        if (!shrink_accept(sh))
            break;
    }
    return any;
}

/* ---------------------------------------------------------------- all of it */

uint32_t
subject_insns(const struct subject *s)
{
    uint32_t n = 0;
    for (uint32_t pc = 0; pc < s->n_slots; n++) {
        struct insn insn;
        insn_decode(s->code, s->n_slots, pc, &insn, NULL);
        pc += insn_slots(&insn);
    }
    return n;
}

typedef bool pass(struct shrink *sh);

/* One way down: the passes take turns until none of them gets any further. */
static void
descend(struct shrink *sh, pass *const *passes)
{
    sh->draft = draft_open(&sh->best->subject);
    sh->keeps_exit = ends_by_exit(&sh->draft);
    subject_copy(&sh->subject, &sh->best->subject);
    judge_cause(sh->judge, &sh->best->subject, sh->best, &sh->cause);
    for (bool any = true; any && !is_over(sh);) {
        any = false;
        for (uint32_t i = 0; passes[i]; i++)
            any |= passes[i](sh);
    }
    draft_close(&sh->draft);
}

uint32_t
shrink(struct judge *j, struct find *find, const struct shrink_limits *limits, struct cause *cause)
{
    /* The second way keeps what the first one removes at once, and may simplify it. */
    static pass *const ways[][14] = {
        { remove_some, straighten, make_constants, shrink_return_stores, shrink_simplify_pointers, shrink_load_from_stack, shrink_use_r0,
          shrink_operands, shrink_leave_frame, shrink_numbers, lower_registers, shrink_input, shrink_points },
        { straighten, shrink_simplify_pointers, make_constants, shrink_operands, remove_some, shrink_return_stores, shrink_load_from_stack,
          shrink_use_r0, shrink_numbers, lower_registers, shrink_input },
    };
    struct shrink *sh = xcalloc(1, sizeof *sh);
    struct find *other = xmalloc(sizeof *other);
    sh->judge = j;
    sh->limits = limits;
    sh->end_ns = limits->max_ns ? now_ns() + limits->max_ns : 0;
    sh->max_tries = limits->max_tries ? limits->max_tries : SHRINK_MAX_TRIES;
    sh->is_for_kernel = find->right == fuzz_kernel;
    sh->trial.subject = &sh->subject;
    *other = *find;
    sh->best = find;
    descend(sh, ways[0]);
    *cause = sh->cause;
    if (subject_insns(&find->subject) > SMALL_INSNS) {
        sh->best = other;
        descend(sh, ways[1]);
        if (subject_insns(&other->subject) < subject_insns(&find->subject)) {
            *find = *other;
            *cause = sh->cause;
        }
    }
    uint32_t n_tries = sh->n_tries;
    draft_close(&sh->trial);
    free(other);
    free(sh);
    return n_tries;
}
