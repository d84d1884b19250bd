/* Running compiled code: into it, what it asks of C, and out again. See code.h.
 *
 * A run alternates between native code and the interpreter: native code is entered at the starts of blocks only and leaves at sites
 * (compile.h); the interpreter takes over for what a site can't decide, up to the next block. Native code runs in slices, so that an
 * interrupt is seen within SLICE_INSNS without being looked for in the code. */
#include "config.h"

#include "jit/code.h"

#include "sim/machine/helper.h"

#include <string.h>

/* Instructions between two looks at the interrupt flag: some ms. */
enum { SLICE_INSNS = 1 << 22 };

/* A run while native code is under way; the argument of outside(). */
struct run {
    struct code *code;
    struct machine *m;
    int64_t slice;        /* r12 at the entry */
    uint64_t base_insns;  /* m->n_insns at the entry */
    uint64_t base_cycles;
    uint32_t depth;       /* left_as: before what C called */
    bool has_jumped;      /* left_as: what C called has moved control, or ended the run */
    int left_as;          /* kind of site, when C has set the machine's pc and counters by itself: after a helper; -1 otherwise */
};

static void
empty_bounds(struct compiled *c)
{
    struct bounds *conditions = &c->cells->bounds[compiled_condition_cell(c, 0)];
    memset(c->cells->bounds, 0, c->blocks.n_checks * sizeof *c->cells->bounds);
    memset(conditions, 0, c->looks.n_cells * sizeof *conditions);
}

/* Makes the counters and the pc of the machine what they are before the instruction at the site. */
static void
materialise(struct run *run, const struct site *site)
{
    struct compiled *c = &run->code->c;
    struct machine *m = run->m;
    int64_t left = c->cells->left + site->undo_insns;
    m->pc = site->pc;
    m->n_insns = run->base_insns + (uint64_t)(run->slice - left);
    if (c->counts_cycles)
        m->n_cycles = c->cells->cycles - site->undo_cost;
    else
        m->n_cycles = run->base_cycles + (m->n_insns - run->base_insns) * c->cost_per_insn;
    m->depth = (uint32_t)((c->cells->frame - (uint8_t *)m->frames) / sizeof(struct frame)) - 1;
}

/* Looks up the region for a check and remembers its bounds. NULL: not accessible as a whole, or watched: the interpreter shall see. */
static const void *
refill(struct run *run, const struct site *site)
{
    struct compiled *c = &run->code->c;
    const struct check *check = &c->blocks.checks[site->check];
    uint64_t start = run->m->regs[check->base] + (uint64_t)check->start, lo, hi;
    if (!memory_quiet_bounds(&run->m->mem, start, check->access, &lo, &hi))
        return NULL;
    if (check->span > hi - start) {
        if (run->m->mem.n_watched && site->check < c->blocks.n_groups && looks_part_group(c, check))
            code_make_slot_stale(run->code, site->pc);
        return NULL;
    }
    c->cells->bounds[site->check] = (struct bounds){ .lo = lo - (uint64_t)check->start, .n = hi - lo - check->span + 1 };
    return c->mem.code + site->resume;
}

static void
note_memory(struct code *code, const struct machine *m)
{
    if (code->generation == m->mem.generation)
        return;
    empty_bounds(&code->c);
    code->generation = m->mem.generation;
}

/* What is reported where a stop happens for another reason: what is set on the pc, if it has not been looked at. */
static uint32_t
look_at_pc(const struct code *code, struct machine *m)
{
    if (m->pc > code->c.program->n_slots)
        return 0;
    bool fires = points_reached(code->c.looks.set, m, 0);
    return fires || code->c.looks.at[m->pc] & LOOK_TRAP ? STOP_TRAP : 0;
}

/* Calls the helper (or packet load) at the machine's pc. */
static const void *
call_outside(struct run *run, const struct site *site)
{
    struct machine *m = run->m;
    struct fault fault = { 0 };
    uint32_t depth = m->depth;
    enum insn_kind kind = insn_kind(&m->program->insns[m->pc]);
    bool is_packet = kind == KIND_LDABS || kind == KIND_LDIND;
    enum helper_outcome outcome = is_packet ? helper_load_packet(m, &fault) : helper_call(m, &fault);
    if (outcome == HELPER_FAULT)
        return NULL;
    note_memory(run->code, m);
    struct points *points = run->code->c.looks.set;
    bool fires = !m->has_exited && points_watch(points) && points_changed(points, m);
    if (outcome == HELPER_DONE && !fires)
        return run->code->c.mem.code + site->resume;
    run->depth = depth;
    run->has_jumped = outcome == HELPER_JUMP;
    m->n_insns++; /* executed; after JUMP it goes on, or has ended, elsewhere */
    m->n_cycles += cost_of(m->costs, &m->program->insns[site->pc]);
    run->left_as = fires ? SITE_WATCH : m->has_exited ? SITE_EXIT : SITE_POLL;
    return NULL;
}

/* Native code came out at a site. Returns where it goes on; NULL when it leaves. */
static const void *
outside(void *arg)
{
    struct run *run = arg;
    const struct site *site = &run->code->c.sites[run->code->c.cells->site];
    if (site->kind == SITE_REFILL)
        return refill(run, site);
    if (site->kind != SITE_CALL && site->kind != SITE_POINT && site->kind != SITE_WATCH)
        return NULL;
    materialise(run, site);
    if (site->kind == SITE_CALL)
        return call_outside(run, site);
    return points_look(&run->code->c, run->m, site) ? NULL : run->code->c.mem.code + site->resume;
}

/* ---------------------------------------------------------------- counts */

/* Native code adds up slice - n where struct counts wants -n: corrects that for the frames 1...depth, before, and back after it. */
static void
correct_sums(struct run *run, uint32_t depth, uint64_t by)
{
    const struct machine *m = run->m;
    for (uint32_t d = 1; d <= depth; d++)
        run->code->c.counts->insns[counts_site(m, d)] += by;
}

/* Native code is entered at the machine's pc. */
static void
count_entry(struct run *run)
{
    run->code->c.counts->came[run->m->pc]++;
    correct_sums(run, run->m->depth, run->base_insns + (uint64_t)run->slice);
}

/* Native code has left; what is at the machine's pc has not been executed. */
static void
count_leaving(struct run *run)
{
    run->code->c.counts->came[run->m->pc]--;
    correct_sums(run, run->m->depth, -(run->base_insns + (uint64_t)run->slice));
}

/* Native code has left for what it called: that was executed, and may have entered a callback. */
static void
count_call_outside(struct run *run)
{
    struct counts *counts = run->code->c.counts;
    const struct machine *m = run->m;
    correct_sums(run, run->depth, -(run->base_insns + (uint64_t)run->slice));
    if (!run->has_jumped)
        counts->came[m->pc]--;
    else
        counts->left[run->code->c.sites[run->code->c.cells->site].pc]++;
    if (m->depth > run->depth)
        counts_enter(counts, m, m->depth, m->n_insns, m->n_cycles);
}

/* ---------------------------------------------------------------- in and out */

/* Enters at the block at m->pc. Returns the kind of the site at which native code left, -1 for the program's exit. */
static int
run_native(struct code *code, struct machine *m, int64_t slice)
{
    struct compiled *c = &code->c;
    struct run run = { .code = code, .m = m, .slice = slice, .base_insns = m->n_insns, .base_cycles = m->n_cycles, .left_as = -1 };
    const void *returns[MAX_FRAMES];
    for (uint32_t d = 1; d <= m->depth; d++) {
        uint32_t native = c->returns[m->frames[d].return_pc]; /* none behind a callx */
        if (c->counts && counts_site(m, d) == m->frames[d].return_pc)
            native = 0; /* a callback is none of the call that happens to stand before its own */
        returns[d - 1] = c->mem.code + (native ? native : c->exit);
    }
    struct cells *cells = c->cells;
    cells->regs = m->regs;
    cells->memory = memory_host(&m->mem, 0);
    cells->frame = (uint8_t *)&m->frames[m->depth + 1];
    cells->frame_end = (uint8_t *)&m->frames[MAX_FRAMES];
    cells->frame_pointer = STACK_TOP - m->depth * FRAME_STRIDE;
    cells->may_goto = &m->n_may_goto;
    cells->may_goto_limit = m->env.may_goto_limit;
    cells->run = &run;
    cells->outside = outside;
    const struct block *block = &c->blocks.list[c->blocks.of_slot[m->pc]];
    cells->left = slice - block_prepaid_insns(block);
    cells->blocks_left = 1;
    cells->cycles = m->n_cycles + block_prepaid_cost(block);
    cells->go = c->mem.code + c->native[m->pc];
    if (c->counts)
        count_entry(&run);
    ((enter_fn *)(c->mem.code + c->enter))(returns, m->depth);

    if (run.left_as >= 0) {
        if (c->counts)
            count_call_outside(&run);
        return run.left_as;
    }
    if (cells->site != NO_SITE) {
        const struct site *site = &c->sites[cells->site];
        materialise(&run, site);
        if (c->counts)
            count_leaving(&run);
        return site->kind;
    }
    /* An exit, counted already, with nothing native to return to: the program's own, or to a caller that used callx. */
    const struct site exit_site = { .pc = cells->exit_pc };
    materialise(&run, &exit_site);
    if (m->depth > 0) {
        if (c->counts) {
            c->counts->left[m->pc]--;
            count_leaving(&run);
        }
        m->n_insns--;
        m->n_cycles -= cost_of(m->costs, &m->program->insns[m->pc]);
        return SITE_INTERP;
    }
    m->has_exited = true;
    return SITE_EXIT;
}

/* The interpreter's code, made when it is needed: it takes a third of the time to open a program, and many runs do without. */
static struct code *
interpreter(struct code *code)
{
    const struct compiled *c = &code->c;
    if (code->is_interp_current)
        return code->interp;
    code->interp = engine_reopen(&interp_engine, code->interp, c->program, c->costs, NULL); /* it does not fail */
    code->is_interp_current = true;
    for (uint32_t pc = 0; pc <= c->program->n_slots; pc++)
        if (c->looks.at[pc] & LOOK_TRAP)
            interp_engine.set_trap(code->interp, pc, true);
    interp_engine.set_points(code->interp, c->looks.set);
    interp_engine.set_counts(code->interp, c->counts);
    return code->interp;
}

/* Instructions of the block that starts at pc, at most; 0: none does. */
static uint64_t
block_insns(const struct code *code, uint32_t pc)
{
    const struct block *block = code_block_at(code, pc) == NO_BLOCK ? NULL : &code->c.blocks.list[code_block_at(code, pc)];
    return block ? block->end - block->pc : 0;
}

/* Instructions that the interpreter may execute at m->pc to get to a place where native code can be entered. */
static uint64_t
stretch(const struct code *code, const struct machine *m)
{
    uint32_t pc = m->pc, n = 0;
    const struct program *p = code->c.program;
    do {
        if (pc >= p->n_slots)
            return 1;
        bool ends = insn_ends_block(&p->insns[pc]);
        pc += insn_slots(&p->insns[pc]);
        n++;
        if (ends)
            return n;
    } while (code_block_at(code, pc) == NO_BLOCK);
    return n;
}

/* Native code takes r10 for what the calls made it, unless the program itself writes it; somebody else may have. */
static bool
is_frame_known(const struct code *code, const struct machine *m)
{
    return code->c.blocks.writes_r10 || m->regs[REG_10] == STACK_TOP - m->depth * FRAME_STRIDE;
}

/* Why the run stops when native code has left in this way; 0: it goes on. */
static uint32_t
reasons_of(const struct code *code, struct machine *m, int kind)
{
    switch (kind) {
    case SITE_EXIT:
        return STOP_EXIT;
    case SITE_TRAP:
        points_reached(code->c.looks.set, m, 0);
        return STOP_TRAP;
    case SITE_POINT:
        return STOP_TRAP;
    case SITE_WATCH:
        return STOP_WATCH | look_at_pc(code, m);
    default:
        return 0;
    }
}

static struct stop
interpret(struct code *code, struct machine *m, uint64_t budget, uint32_t how, enum tally_kind why)
{
    uint64_t before = m->n_insns;
    struct stop stop = interp_engine.run(interpreter(code), m, budget, how);
    tally_add(code->tally, why, m->n_insns - before);
    return stop;
}

struct stop
code_run(struct code *code, struct machine *m, uint64_t budget, uint32_t how)
{
    uint64_t room = (uint64_t)INT64_MAX - m->n_insns;
    const uint64_t limit = m->n_insns + (budget < room ? budget : room);
    const bool is_single = code->c.grouping == BLOCKS_SINGLE;
    bool needs_interp = how & RUN_RESUME;
    tally_begin(code->tally, m);
    if (!is_frame_known(code, m))
        return interpret(code, m, budget, how, TALLY_FRAME);
    if (code->c.grouping == BLOCKS_UNCHECKED && code->c.looks.set && code->c.looks.set->n_watched)
        return interpret(code, m, budget, how, TALLY_POINTS);
    if (!(how & (RUN_PIECE | RUN_LAST)))
        points_begin(code->c.looks.set, m);
    how |= RUN_LAST;
    for (;;) {
        note_memory(code, m);
        uint64_t left = limit - m->n_insns;
        /* A slice holds at least the first block, or native code would leave again at once. */
        bool is_near_end = is_single ? left < block_insns(code, m->pc) : left <= 2 * code->c.blocks.longest_path;
        if (is_near_end || needs_interp || m->has_exited || *m->interrupt || code_block_at(code, m->pc) == NO_BLOCK) {
            uint64_t most = is_near_end || m->has_exited ? left : stretch(code, m);
            struct stop stop =
                interpret(code, m, most < left ? most : left, how | (most < left ? RUN_PIECE : 0), is_near_end ? TALLY_END : TALLY_STRETCH);
            how &= ~(uint32_t)RUN_RESUME;
            needs_interp = false;
            if (m->n_insns < limit)
                stop.reasons &= ~(uint32_t)STOP_BUDGET; /* only this piece's */
            if (stop.reasons || m->n_insns == limit || is_single)
                return stop;
            continue;
        }
        if (!code_renew(code))
            return interpret(code, m, left, how, TALLY_POINTS);
        uint64_t longest = code->c.blocks.longest_path, most = longest < SLICE_INSNS ? SLICE_INSNS : longest + 1;
        uint64_t slice = is_single || left - longest >= most ? most : left - longest;
        uint64_t before = m->n_insns;
        int kind = run_native(code, m, (int64_t)slice);
        tally_add(code->tally, TALLY_NATIVE, m->n_insns - before);
        uint32_t reasons = reasons_of(code, m, kind);
        if (reasons)
            return (struct stop){ .reasons = reasons | (m->n_insns == limit ? STOP_BUDGET : 0), .pc = m->pc };
        needs_interp = kind != SITE_POLL;
        if (is_single && !needs_interp && !m->has_exited)
            return (struct stop){ .reasons = m->n_insns == limit ? STOP_BUDGET : 0, .pc = m->pc };
        if (needs_interp) /* native code has looked at what is set on the instruction */
            how |= RUN_RESUME;
    }
}
