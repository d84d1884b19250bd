/* The compiler's driver: blocks in order, each with its counts, its checks, its instructions and its ways on. See compile.h.
 *
 * One pass. Branches to code that does not exist yet are noted and patched at the end; what is rarely executed (sites) is emitted
 * behind an exit, out of the way of what is executed often. */
#include "config.h"

#include "jit/compile.h"

#include "jit/fuse.h"
#include "jit/job.h"
#include "jit/points.h"
#include "jit/stubs.h"
#include "jit/templates.h"
#include "sim/base/base.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void
compiled_add_mark(struct compiled *c, struct mark mark)
{
    c->marks = grow(c->marks, c->n_marks, &c->cap_marks, sizeof *c->marks);
    c->marks[c->n_marks++] = mark;
}

/* Atomics, load-acquire and store-release want natural alignment. */
static void
emit_alignment(struct job *j, uint32_t pc, const struct insn *insn)
{
    enum insn_kind kind = insn_kind(insn);
    uint32_t bytes = insn_row(insn)->width_bits / 8;
    if (kind < KIND_ATOMIC || kind > KIND_STREL || bytes == 1)
        return;
    uint8_t base = kind == KIND_LDACQ ? insn->src : insn->dst;
    job_mark(j, j->x.at, NATIVE_ALIGNMENT, 1);
    x64_lea(&j->x, false, HOST_SCRATCH, x64_at(host_reg[base], insn->off));
    x64_test_ri(&j->x, false, HOST_SCRATCH, (int32_t)bytes - 1);
    job_site(j, x64_jcc(&j->x, CC_NE), SITE_INTERP, pc, NO_CHECK, 0);
}

/* ---------------------------------------------------------------- blocks */

/* Comes out unless one more block may be entered. */
static void
emit_single(struct job *j)
{
    const struct compiled *c = j->c;
    job_mark(j, j->x.at, NATIVE_COUNT, 1);
    x64_alu_mi(&j->x, true, ALU_SUB, CELL(blocks_left), 1);
    j->rest = (struct count){ block_prepaid_insns(j->block), block_prepaid_cost(j->block) };
    job_site(j, x64_jcc(&j->x, CC_S), SITE_POLL, j->block->pc, NO_CHECK, 0);
}

/* A fresh block counts itself, and what is expected to follow. */
static void
emit_head(struct job *j)
{
    const struct block *block = j->block;
    if (j->c->grouping == BLOCKS_SINGLE)
        emit_single(j);
    j->rest = (struct count){ block->ahead_insns, block->ahead_cost };
    if (!block->is_fresh || !job_counts(j))
        return;
    job_mark(j, j->x.at, NATIVE_COUNT, 1);
    x64_alu_ri(&j->x, true, ALU_SUB, HOST_LEFT, (int32_t)block->ahead_insns);
    if (block->is_polled) {
        j->rest.cost = 0; /* cycles are not counted yet, there is nothing to undo */
        job_site(j, x64_jcc(&j->x, CC_S), SITE_POLL, block->pc, NO_CHECK, 0);
        j->rest.cost = block->ahead_cost;
    }
    job_settle(j, (struct count){ .cost = block->ahead_cost });
}

/* The last instruction of a block, when it ends one. */
static void
emit_end(struct job *j, uint32_t pc, bool is_next)
{
    const struct insn *insn = &j->c->program->insns[pc];
    int64_t target = insn_target(insn, pc);
    enum insn_kind kind = insn_is_foreign(insn) ? KIND_NONE : insn_kind(insn);
    if (kind == KIND_EXIT || (kind == KIND_JA && job_is_block(j->c, target)))
        job_tick_left(j, pc, target);
    job_mark(j, j->x.at, NATIVE_INSN, 1);
    switch (kind) {
    case KIND_JCC:
        job_jcc(j, template_compare(&j->x, insn), pc, target);
        job_count(j, insn);
        job_go_on(j, pc + 1, is_next);
        break;
    case KIND_JA:
        if (!job_is_block(j->c, target)) {
            job_site(j, x64_jmp(&j->x), SITE_INTERP, pc, NO_CHECK, 0);
            break;
        }
        job_count(j, insn);
        job_go_on(j, (uint32_t)target, is_next);
        break;
    case KIND_MAYGOTO:
        job_may_goto(j, pc, target);
        job_count(j, insn);
        job_go_on(j, pc + 1, is_next);
        break;
    case KIND_CALLL:
        job_local_call(j, pc, target);
        job_count(j, insn);
        if (job_looks(j, pc) & LOOK_AFTER)
            points_emit_after(j, pc);
        job_go_on(j, pc + 1, is_next);
        break;
    case KIND_EXIT:
        x64_mov_ri(&j->x, HOST_SCRATCH, pc);
        x64_ret(&j->x);
        break;
    default:
        job_site(j, x64_jmp(&j->x), SITE_INTERP, pc, NO_CHECK, 0);
        break;
    }
}

/* Anything but the end of a block. */
static void
emit_insn(struct job *j, uint32_t pc)
{
    struct compiled *c = j->c;
    const struct insn *insn = &c->program->insns[pc];
    switch (insn_kind(insn)) {
    case KIND_CALL:
    case KIND_CALLK:
    case KIND_LDABS:
    case KIND_LDIND:
        job_mark(j, j->x.at, NATIVE_INSN, 1);
        job_outside_call(j, pc);
        break;
    default:
        if (c->blocks.site[pc] == SITE_NONE) {
            job_mark(j, j->x.at, NATIVE_INSN, 1);
            template_alu(&j->x, insn);
            break;
        }
        if (job_looks(j, pc) & LOOK_ALONE)
            job_check(j, pc, c->looks.alone[pc]);
        else if (c->blocks.site[pc] == SITE_CHECK_HERE)
            job_check(j, pc, c->blocks.check_of[pc]);
        emit_alignment(j, pc, insn);
        job_mark(j, j->x.at, NATIVE_INSN, 1);
        template_memory(&j->x, insn);
        break;
    }
}

/* Slots from pc to the end of the block, to an instruction that isn't compiled, or to where somebody looks at what happens, as far as it
 * matters. */
static uint32_t
room(const struct job *j, uint32_t pc)
{
    const struct insn *insns = j->c->program->insns;
    uint32_t end = pc + 1, most = job_looks(j, pc) & LOOK_AFTER ? 1 : FUSE_MAX_SLOTS;
    while (end < j->block->end && end < pc + most && !job_looks(j, end) && !insn_is_foreign(&insns[end]))
        end++;
    return end - pc;
}

/* One instruction, or a few that are fused; *pc moves on. */
static void
emit_straight(struct job *j, uint32_t *pc)
{
    const uint32_t first = *pc;
    const struct insn *insn = &j->c->program->insns[*pc];
    uint32_t at = j->x.at, fused = fuse(&j->x, insn, room(j, *pc));
    if (fused)
        job_mark(j, at, NATIVE_INSN, fused);
    else
        emit_insn(j, *pc);
    for (uint32_t end = *pc + (fused ? fused : insn_slots(insn)); *pc < end; *pc += insn_slots(insn), insn = &j->c->program->insns[*pc])
        job_count(j, insn);
    if (job_looks(j, first) & LOOK_AFTER)
        points_emit_after(j, first);
}

static void
emit_body(struct job *j)
{
    struct compiled *c = j->c;
    const struct block *block = j->block;
    for (uint32_t pc = block->pc; pc < block->end;) {
        const struct insn *insn = &c->program->insns[pc];
        j->pc = pc;
        c->native[pc] = pc == block->pc ? c->native[pc] : j->x.at;
        if (job_looks(j, pc) & LOOK_TRAP) {
            job_mark(j, j->x.at, NATIVE_TRAP, 1);
            job_site(j, x64_jmp(&j->x), SITE_TRAP, pc, NO_CHECK, 0);
            if (!points_look_at_return(j))
                return;
        } else if (job_looks(j, pc) & LOOK_BEFORE) {
            points_emit_before(j, pc);
        }
        if (insn_kind(insn) == KIND_JCC && pc + 1 < block->end) {
            if (job_side_exit(j, pc, !j->is_again))
                return;
        } else if (insn_ends_block(insn)) {
            emit_end(j, pc, !j->is_again);
            return;
        } else {
            emit_straight(j, &pc);
            continue;
        }
        job_count(j, insn);
        pc++;
    }
    job_go_on(j, block->end, !j->is_again);
}

/* At least as long as the jump that replaces its head when it is compiled again. */
static void
emit_block(struct job *j, uint32_t index)
{
    struct compiled *c = j->c;
    const struct block *block = &c->blocks.list[index];
    j->block = block;
    j->pc = block->pc;
    if (block->is_loop_head) {
        compiled_mark(c, j->x.at, NATIVE_PADDING, NO_MARK_PC, 1);
        x64_align(&j->x, 64);
    }
    uint32_t start = c->native[block->pc] = j->x.at;
    emit_head(j);
    emit_body(j);
    if (j->x.at < start + HEAD_BYTES) {
        compiled_mark(c, j->x.at, NATIVE_PADDING, NO_MARK_PC, 1);
        x64_nops(&j->x, start + HEAD_BYTES - j->x.at);
    }
}

/* ---------------------------------------------------------------- programs */

/* Address space for code, used only where it is touched. The longest instruction, a local call with cycles and r10 to keep, takes below
 * 300 bytes with its block's head and sites; every block may exist twice, the second time with its traps. For points it may have to grow. */
enum { BYTES_PER_SLOT = 2 * 300, SPARE_BYTES = 1 << 16 };

static void
start_job(struct job *j, struct compiled *c, bool is_again)
{
    c->is_marking = is_again || c->wants_marks;
    *j = (struct job){ .c = c, .is_again = is_again, .x = { .code = c->mem.code, .at = c->used, .limit = (uint32_t)c->mem.code_bytes } };
}

/* Resolves what waits and keeps the code, when it fits. */
static bool
finish_job(struct job *j)
{
    job_emit_cold(j);
    for (uint32_t i = 0; i < j->n_fixups; i++)
        x64_patch(&j->x, j->fixups[i].field, job_entry(j, j->fixups[i].pc));
    free(j->fixups);
    free(j->cold);
    j->c->used = j->x.at;
    return !x64_overflow(&j->x);
}

/* Cycles need no register of their own while every instruction costs the same. */
static void
find_uniform_cost(struct compiled *c)
{
    const struct program *p = c->program;
    c->cost_per_insn = cost_of(c->costs, &p->insns[0]);
    c->counts_cycles = false;
    for (uint32_t pc = 0; pc < p->n_slots && !c->counts_cycles; pc += insn_slots(&p->insns[pc]))
        c->counts_cycles = cost_of(c->costs, &p->insns[pc]) != c->cost_per_insn;
}

/* Much that is rare waits, and control does not run into what is emitted now. */
static bool
is_time_for_cold(const struct job *j)
{
    enum { MANY = 32 };
    return j->n_cold >= MANY && j->c->program->insns[j->block->end - 1].op == OP_exit;
}

/* The ways in and out are the same for all programs that are compiled into this memory with cycles counted, or without. */
static void
emit_stubs(struct compiled *c, struct x64 *x)
{
    if (c->stubs_bytes && c->stubs_count_cycles == c->counts_cycles && !c->is_marking) {
        x->at = c->stubs_bytes;
        return;
    }
    stubs_emit(c, x);
    c->stubs_bytes = x->at;
    c->stubs_count_cycles = c->counts_cycles;
}

static void
compile_all(struct compiled *c)
{
    struct job j;
    c->used = 0;
    c->n_sites = c->n_marks = 0;
    memset(c->native, 0, c->program->n_slots * sizeof *c->native);
    memset(c->original, 0, c->blocks.n * sizeof *c->original);
    start_job(&j, c, false);
    emit_stubs(c, &j.x);
    for (uint32_t i = 0; i < c->blocks.n; i++) {
        emit_block(&j, i);
        c->original[i].at = c->native[c->blocks.list[i].pc];
        c->original[i].returns = c->returns[c->blocks.list[i].end];
        if (is_time_for_cold(&j))
            job_emit_cold(&j);
    }
    bool fits = finish_job(&j);
    assert(fits && "BYTES_PER_SLOT is enough for every instruction with its sites");
    (void)fits;
    c->first_used = c->used;
    for (uint32_t i = 0; i < c->blocks.n; i++)
        memcpy(c->original[i].head, c->mem.code + c->original[i].at, sizeof c->original[i].head);
}

/* Memory for code and cells: what is there, when it is enough. Whoever asks again will need about as much another time. */
static bool
have_memory(struct compiled *c, size_t code_bytes, size_t cells_bytes)
{
    struct codemem *mem = &c->mem;
    if (mem->code && code_bytes <= mem->code_bytes && cells_bytes <= mem->cells_bytes) {
        codemem_reuse(mem, c->used);
        return true;
    }
    size_t spare = mem->code ? 2 : 1;
    c->stubs_bytes = 0;
    codemem_free(mem);
    return codemem_init(mem, spare * code_bytes, spare * cells_bytes);
}

bool
compile_program(struct compiled *c)
{
    const struct program *p = c->program;
    blocks_free(&c->blocks);
    blocks_find(p, c->costs, c->grouping, &c->blocks);
    find_uniform_cost(c);
    size_t cells_bytes = sizeof(struct cells) + compiled_condition_cell(c, CONDITION_CELLS) * sizeof(struct bounds);
    if (!have_memory(c, SPARE_BYTES + (size_t)p->n_slots * BYTES_PER_SLOT, cells_bytes))
        return false;
    c->cells = (struct cells *)c->mem.cells;
    c->native = xrealloc(c->native, p->n_slots * sizeof *c->native);
    c->returns = xrealloc(c->returns, (p->n_slots + 1) * sizeof *c->returns);
    memset(c->returns, 0, (p->n_slots + 1) * sizeof *c->returns);
    c->original = xrealloc(c->original, c->blocks.n * sizeof *c->original);
    memset(c->original, 0, c->blocks.n * sizeof *c->original);
    compile_all(c);
    return true;
}

bool
compile_block_again(struct compiled *c, uint32_t index)
{
    const struct block *block = &c->blocks.list[index];
    struct job j;
    codemem_set_writable(&c->mem, c->used, true);
    start_job(&j, c, true);
    struct original *original = &c->original[index];
    struct x64 head = { .code = c->mem.code, .at = original->at, .limit = (uint32_t)c->mem.code_bytes };
    c->native[block->pc] = original->at;
    c->returns[block->end] = original->returns;
    memcpy(c->mem.code + original->at, original->head, sizeof original->head);
    if (!looks_concern(c, block))
        return true;
    emit_block(&j, index);
    x64_patch(&head, x64_jmp(&head), c->native[block->pc]);
    bool fits = finish_job(&j);
    original->newer_end = c->used;
    return fits;
}

bool
compiled_restart(struct compiled *c)
{
    for (;;) {
        codemem_set_writable(&c->mem, c->mem.code_bytes, true);
        compile_all(c);
        bool fits = true;
        for (uint32_t i = 0; i < c->blocks.n && fits; i++)
            fits = !looks_concern(c, &c->blocks.list[i]) || compile_block_again(c, i);
        if (fits || !codemem_grow(&c->mem))
            return fits;
        c->cells = (struct cells *)c->mem.cells;
        c->stubs_bytes = 0;
    }
}

void
compiled_free(struct compiled *c)
{
    blocks_free(&c->blocks);
    looks_free(&c->looks);
    codemem_free(&c->mem);
    free(c->native);
    free(c->returns);
    free(c->original);
    free(c->sites);
    free(c->marks);
}
