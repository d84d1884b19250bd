/* Cost models: one number per row of the instruction table and per helper. Selecting rows by a word is the one mechanism behind
 * the built-in table and the user's files (costfile.c). */
#include "config.h"

#include "sim/timing/timing.h"

#include "sim/base/base.h"
#include "sim/timing/select.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* clang-format off */

/* Words for kinds of instructions, so that "jcc" means all conditional branches. */
static const struct {
    const char *word;
    enum insn_kind kind;
} classes[] = {
    { "alu",   KIND_ALU },   { "neg",    KIND_NEG },    { "movsx", KIND_MOVSX },        { "swap",    KIND_SWAP },
    { "jcc",   KIND_JCC },   { "ja",     KIND_JA },     { "maygoto", KIND_MAYGOTO },    { "addrspace", KIND_ADDRSPACE },
    { "call",  KIND_CALL },  { "calll",  KIND_CALLL },  { "callk", KIND_CALLK },        { "callx",   KIND_CALLX },
    { "exit",  KIND_EXIT },  { "lddw",   KIND_LDDW },   { "ldabs", KIND_LDABS },        { "ldind",   KIND_LDIND },
    { "ldx",   KIND_LDX },   { "ldsx",   KIND_LDSX },   { "st",    KIND_ST },           { "stx",     KIND_STX },
    { "ldacq", KIND_LDACQ }, { "strel",  KIND_STREL },
    { "atomic", KIND_ATOMIC }, { "fetch", KIND_ATOMIC_FETCH }, { "cmpxchg", KIND_ATOMIC_CMPXCHG },
};

/* What one execution costs in a steady state where everything hits the L1 cache and every branch is predicted: reciprocal throughputs
 * of the x86 instructions that Linux's JIT makes, on Zen 4 at 1 cycle = one dependent add. Measured through the kernel's JIT; agrees
 * with uops.info and LLVM's znver4 model where those list it. Later rows override earlier ones. */
static const struct {
    const char *what;
    uint32_t cost;
} table[] = {
    { "alu",        250 },
    { "mov*",       170 }, /* the renamer does it */
    { "lsh*",       500 },
    { "*rsh*",      500 },
    { "mul*",      1000 },
    { "*div*",    12000 }, /* 10 to 16, as the operands are */
    { "*mod*",    12000 },
    { "neg",        250 },
    { "movsx",      250 },
    { "swap",       250 },
    { "be16",      2000 }, /* a rotation and an extension */
    { "bswap16",   2000 },
    { "le64",         0 }, /* no code */
    { "addrspace",  250 },
    { "lddw",       340 },
    { "ldx",        340 },
    { "ldsx",       340 },
    { "st",         500 },
    { "stx",        500 },
    { "ldacq",      340 },
    { "strel",      500 },
    { "atomic",    7200 },
    { "fetch",     7200 },
    { "cmpxchg",   7200 },
    { "jcc",        500 },
    { "ja",         500 },
    { "exit",     24000 }, /* with calll 26: call and return through the SRSO thunk */
    { "calll",     2000 },
    /* Not measured: what the code looks like it takes. */
    { "call",      4000 },
    { "callk",     4000 },
    { "callx",     4000 },
    { "maygoto",   2000 },
    { "ldabs",    10000 },
    { "ldind",    10000 },
};

/* Helpers, without the call itself. Measured in the same way, but the last. */
static const struct {
    int32_t id;
    uint32_t cost;
} table_helpers[] = {
    { 1,  95000 }, /* map_lookup_elem of a hash */
    { 2, 312000 }, /* map_update_elem of a hash */
    { 5, 108000 }, /* ktime_get_ns */
    { 7,  50000 }, /* get_prandom_u32 */
    { 3, 200000 }, /* map_delete_elem: between the two above */
};

/* clang-format on */

static bool
is_selected(enum op op, const char *what)
{
    const struct insn_row *row = &insn_rows[op];
    char opcode[8];
    for (size_t i = 0; i < ARRAY_LEN(classes); i++)
        if (strcmp(classes[i].word, what) == 0)
            return row->kind == classes[i].kind;
    snprintf(opcode, sizeof opcode, "0x%02x", row->opcode);
    return strcmp(opcode, what) == 0 || fnmatch(what, row->name, 0) == 0;
}

uint32_t
cost_model_select(struct cost_model *model, const char *what, uint32_t cost)
{
    uint32_t n = 0;
    for (enum op op = 0; op < N_OPS; op++) {
        if (is_selected(op, what)) {
            model->insn[op] = cost;
            n++;
        }
    }
    return n;
}

void
cost_model_unit(struct cost_model *model)
{
    *model = (struct cost_model){ .name = "unit" };
    for (enum op op = 0; op < N_OPS; op++)
        model->insn[op] = CYCLE_SCALE;
}

void
cost_model_table(struct cost_model *model)
{
    *model = (struct cost_model){ .name = "table", .helper_default = 46000 };
    for (size_t i = 0; i < ARRAY_LEN(table); i++)
        cost_model_select(model, table[i].what, table[i].cost);
    for (size_t i = 0; i < ARRAY_LEN(model->helper); i++)
        model->helper[i] = model->helper_default;
    for (size_t i = 0; i < ARRAY_LEN(table_helpers); i++)
        model->helper[table_helpers[i].id] = table_helpers[i].cost;
}

uint32_t
cost_of(const struct cost_model *model, const struct insn *insn)
{
    uint32_t cost = model->insn[insn->op];
    if (insn_kind(insn) == KIND_CALL && insn->imm >= 0 && insn->imm < (int64_t)ARRAY_LEN(model->helper))
        cost += model->helper[insn->imm];
    else if (insn_kind(insn) == KIND_CALL || insn_kind(insn) == KIND_CALLK)
        cost += model->helper_default;
    return cost;
}
