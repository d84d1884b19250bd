/* The shadow of what was written. See uninit.h. */
#include "config.h"

#include "debugger/uninit.h"

#include "sim/base/base.h"
#include "sim/object/layout.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    ARGUMENTS = 1u << REG_1 | 1u << REG_2 | 1u << REG_3 | 1u << REG_4 | 1u << REG_5,
    SAVED = 1u << REG_6 | 1u << REG_7 | 1u << REG_8 | 1u << REG_9,
    ALL = (1u << N_REGS) - 1,
};

struct frame_shadow {
    uint16_t regs;               /* mask of those that were written */
    uint8_t stack[STACK_BYTES]; /* 1: written; [0] is the lowest byte */
};

struct uninit {
    bool is_known;    /* the shadow is that of the machine after n_insns instructions */
    bool is_checked;  /* ...and the instruction at `pc` has been looked at */
    uint64_t n_insns;
    uint32_t pc, depth;
    uint64_t regs[N_REGS]; /* as they were then: a difference is the user's doing */
    struct frame_shadow frames[MAX_FRAMES];
};

/* ---- the stack */

/* The written-marks of a byte of the stack; NULL when the address is no byte of a frame in use. */
static uint8_t *
mark_of(struct uninit *u, uint64_t addr)
{
    for (uint32_t d = 0; d <= u->depth; d++) {
        uint64_t low = STACK_TOP - d * FRAME_STRIDE - STACK_BYTES;
        if (addr >= low && addr < low + STACK_BYTES)
            return &u->frames[d].stack[addr - low];
    }
    return NULL;
}

static void
mark_written(struct uninit *u, uint64_t addr, uint64_t n)
{
    for (uint64_t i = 0; i < n; i++) {
        uint8_t *mark = mark_of(u, addr + i);
        if (mark)
            *mark = 1;
    }
}

/* ---- what an instruction touches */

struct range {
    uint64_t addr, n; /* n 0: none */
};

static uint64_t
map_bytes(const struct session *s, const uint64_t *args, const struct helper_row *row, bool is_key)
{
    for (uint32_t i = 0; i < 5; i++) {
        const struct map *map = row->args[i] == ARG_MAP ? map_of_handle(s->machine, args[i]) : NULL;
        if (map)
            return is_key ? map->def->key_bytes : map->def->value_bytes;
    }
    return 0;
}

/* The memory behind argument i of a helper: read, or written. */
static struct range
argument_range(const struct session *s, const uint64_t *regs, const struct helper_row *row, uint32_t i, bool wants_written)
{
    const uint64_t *args = &regs[REG_1];
    bool is_written = row->args[i] == ARG_MEM_WRITE || row->args[i] == ARG_LONG_WRITE || row->args[i] == ARG_MAP_VALUE_WRITE;
    if (is_written != wants_written)
        return (struct range){ 0 };
    switch ((enum helper_arg)row->args[i]) {
    case ARG_MAP_KEY:
        return (struct range){ args[i], map_bytes(s, args, row, true) };
    case ARG_MAP_VALUE:
    case ARG_MAP_VALUE_WRITE:
        return (struct range){ args[i], map_bytes(s, args, row, false) };
    case ARG_MEM_READ:
    case ARG_MEM_WRITE:
        return (struct range){ args[i], i < 4 && args[i + 1] <= STACK_BYTES ? args[i + 1] : 0 };
    case ARG_LONG_WRITE:
        return (struct range){ args[i], 8 };
    default:
        return (struct range){ 0 };
    }
}

static const struct helper_row *
helper_of(const struct insn *insn, const uint64_t *regs)
{
    if (insn_kind(insn) == KIND_CALL)
        return helper_row((int32_t)insn->imm);
    return insn_kind(insn) == KIND_CALLX && regs[insn->dst] <= INT32_MAX ? helper_row((int32_t)regs[insn->dst]) : NULL;
}

/* What a load, store or atomic is about. */
static struct range
access_of(const struct insn *insn, const uint64_t *regs, bool wants_written)
{
    uint64_t n = insn_row(insn)->width_bits / 8;
    switch (insn_kind(insn)) {
    case KIND_LDX:
    case KIND_LDSX:
    case KIND_LDACQ:
        return (struct range){ regs[insn->src] + (uint64_t)insn->off, wants_written ? 0 : n };
    case KIND_ST:
    case KIND_STX:
    case KIND_STREL:
        return (struct range){ regs[insn->dst] + (uint64_t)insn->off, wants_written ? n : 0 };
    case KIND_ATOMIC:
    case KIND_ATOMIC_FETCH:
    case KIND_ATOMIC_CMPXCHG:
        return (struct range){ regs[insn->dst] + (uint64_t)insn->off, n };
    default:
        return (struct range){ 0 };
    }
}

/* Registers whose values matter to the instruction. What a BPF function takes is seen where it reads them. */
static uint16_t
registers_read(const struct machine *m, const struct insn *insn)
{
    const struct helper_row *row = helper_of(insn, m->regs);
    uint16_t mask = 0;
    switch (insn_kind(insn)) {
    case KIND_CALL:
    case KIND_CALLX:
        for (uint32_t i = 0; row && i < 5; i++)
            mask |= (uint16_t)(row->args[i] == ARG_NONE ? 0 : 1u << (REG_1 + i));
        return insn_kind(insn) == KIND_CALLX ? (uint16_t)(mask | 1u << insn->dst) : mask;
    case KIND_CALLL:
    case KIND_CALLK:
        return 0;
    case KIND_EXIT:
        return m->depth ? 0 : 1u << REG_0;
    default:
        return insn_reads(insn);
    }
}

/* ---- looking */

/* First of the bytes that were never written, and how many follow it. */
static struct range
unwritten(struct uninit *u, struct range r)
{
    struct range found = { 0 };
    for (uint64_t i = 0; i < r.n; i++) {
        const uint8_t *mark = mark_of(u, r.addr + i);
        if (mark && !*mark && !found.n)
            found.addr = r.addr + i;
        if (mark && !*mark)
            found.n = r.addr + i - found.addr + 1;
    }
    return found;
}

static struct range
bytes_missing(const struct session *s)
{
    const struct machine *m = s->machine;
    const struct insn *insn = &s->program->insns[m->pc];
    const struct helper_row *row = helper_of(insn, m->regs);
    struct range found = unwritten(s->uninit, access_of(insn, m->regs, false));
    for (uint32_t i = 0; row && i < 5 && !found.n; i++)
        found = unwritten(s->uninit, argument_range(s, m->regs, row, i, false));
    return found;
}

static uint16_t
registers_missing(const struct session *s)
{
    const struct insn *insn = &s->program->insns[s->machine->pc];
    return (uint16_t)(registers_read(s->machine, insn) & ~s->uninit->frames[s->machine->depth].regs);
}

bool
uninit_reads(struct session *s)
{
    const struct machine *m = s->machine;
    struct uninit *u = s->uninit;
    if (!u || !u->is_known || m->has_exited || m->pc >= s->program->n_slots)
        return false;
    u->is_checked = true;
    return registers_missing(s) || bytes_missing(s).n;
}

void
uninit_text(const struct session *s, struct buf *out)
{
    uint16_t mask = registers_missing(s);
    struct range bytes = bytes_missing(s);
    uint64_t frame = STACK_TOP - s->machine->depth * FRAME_STRIDE;
    for (uint32_t i = 0, n = 0; i < N_REGS; i++) {
        if (mask >> i & 1)
            buf_printf(out, "%sr%u", n++ ? ", " : "", i);
    }
    if (mask) {
        buf_printf(out, " %s never written", mask & (mask - 1) ? "were" : "was");
        return;
    }
    buf_printf(out, "%" PRIu64 " byte%s at ", bytes.n, bytes.n == 1 ? "" : "s");
    if (bytes.addr < frame && bytes.addr >= frame - STACK_BYTES)
        buf_printf(out, "r10-%" PRIu64, frame - bytes.addr);
    else
        buf_printf(out, "0x%" PRIx64, bytes.addr);
    buf_printf(out, " %s never written", bytes.n == 1 ? "was" : "were");
}

/* ---- following */

/* The machine was somewhere else since: at the start of a run the shadow is known, anywhere else all counts as written. */
static void
begin(struct session *s)
{
    const struct machine *m = s->machine;
    struct uninit *u = s->uninit;
    bool is_start = m->n_insns == 0;
    for (uint32_t d = 0; d < MAX_FRAMES; d++) {
        u->frames[d].regs = is_start ? 1u << REG_1 | 1u << REG_10 : ALL;
        memset(u->frames[d].stack, !is_start, STACK_BYTES);
    }
    for (uint32_t i = 0; is_start && i < REG_10; i++)
        u->frames[0].regs |= (uint16_t)((m->regs[i] != 0) << i);
    u->is_known = true;
    u->is_checked = false;
}

static void
note(struct session *s)
{
    const struct machine *m = s->machine;
    struct uninit *u = s->uninit;
    u->n_insns = m->n_insns;
    u->pc = m->pc;
    u->depth = m->depth;
    memcpy(u->regs, m->regs, sizeof u->regs);
}

void
uninit_before(struct session *s)
{
    const struct machine *m = s->machine;
    if (!s->uninit)
        s->uninit = xcalloc(1, sizeof *s->uninit);
    struct uninit *u = s->uninit;
    bool is_same = u->is_known && u->n_insns == m->n_insns && u->depth == m->depth && (m->n_insns || u->is_checked);
    if (!is_same)
        begin(s);
    for (uint32_t i = 0; is_same && i < N_REGS; i++) {
        if (u->regs[i] != m->regs[i])
            u->frames[m->depth].regs |= (uint16_t)(1u << i);
    }
    u->is_checked &= is_same && u->pc == m->pc;
    note(s);
}

/* A frame was entered from the instruction at u->pc. */
static void
enter(struct session *s, const struct insn *insn)
{
    struct uninit *u = s->uninit;
    uint32_t depth = s->machine->depth;
    uint16_t arguments = ARGUMENTS; /* of a callback: the helper has set them */
    if (insn_kind(insn) == KIND_CALLL || insn_kind(insn) == KIND_CALLX)
        arguments &= u->frames[u->depth].regs;
    u->frames[depth].regs = (uint16_t)(arguments | 1u << REG_10);
    memset(u->frames[depth].stack, 0, STACK_BYTES);
}

/* A function has returned: to behind its call, or from a callback to the call itself, which goes on with its arguments. */
static void
leave(struct session *s)
{
    struct uninit *u = s->uninit;
    const struct machine *m = s->machine;
    struct frame_shadow *to = &u->frames[m->depth];
    bool is_callback = m->loops[m->depth].is_active && m->loops[m->depth].pc == m->pc;
    uint16_t result = (uint16_t)(u->frames[u->depth].regs & 1u << REG_0);
    if (!is_callback)
        to->regs = (uint16_t)((to->regs & (SAVED | 1u << REG_10)) | result);
}

/* The same frame goes on. */
static void
execute(struct session *s, const struct insn *insn)
{
    struct uninit *u = s->uninit;
    struct frame_shadow *f = &u->frames[u->depth];
    const struct helper_row *row = helper_of(insn, u->regs);
    enum insn_kind kind = insn_kind(insn);
    struct range r = access_of(insn, u->regs, true);
    mark_written(u, r.addr, r.n);
    for (uint32_t i = 0; row && i < 5; i++) {
        r = argument_range(s, u->regs, row, i, true);
        mark_written(u, r.addr, r.n);
    }
    f->regs |= insn_writes(insn);
    if (kind == KIND_CALL || kind == KIND_CALLK || kind == KIND_CALLX || kind == KIND_LDABS || kind == KIND_LDIND)
        f->regs &= (uint16_t)~ARGUMENTS;
    if (row && s->machine->pc != u->pc + 1) { /* a tail call: another program begins */
        f->regs = 1u << REG_1 | 1u << REG_10;
        memset(f->stack, 0, STACK_BYTES);
    }
}

void
uninit_after(struct session *s)
{
    const struct machine *m = s->machine;
    struct uninit *u = s->uninit;
    bool has_moved = m->n_insns != u->n_insns || m->pc != u->pc || m->depth != u->depth;
    u->is_known &= m->n_insns - u->n_insns <= 1;
    if (!has_moved || !u->is_known)
        return;
    const struct insn *insn = &s->program->insns[u->pc];
    if (m->depth > u->depth)
        enter(s, insn);
    else if (m->depth < u->depth)
        leave(s);
    else
        execute(s, insn);
    note(s);
    u->is_checked = false;
}

bool
uninit_is_checked(const struct session *s)
{
    const struct uninit *u = s->uninit;
    return u && u->is_known && u->is_checked && u->n_insns == s->machine->n_insns && u->pc == s->machine->pc;
}

void
uninit_forget(struct session *s)
{
    free(s->uninit);
    s->uninit = NULL;
}
