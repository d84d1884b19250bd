/* Random instructions. See random.h. */
#include "config.h"

#include "tests/isa/random.h"

#include "sim/base/base.h"

#include <stdlib.h>

uint64_t
random_seed(void)
{
    const char *given = getenv("EBPFDBG_SEED");
    return given ? strtoull(given, NULL, 0) : now_ns();
}

static int64_t
random_value(unsigned bits, uint64_t *state)
{
    uint64_t top = UINT64_C(1) << (bits - 1);
    uint64_t edges[] = { 0, 1, UINT64_MAX, top, top - 1, 10, 0 - UINT64_C(10) };
    uint64_t pick = random_next(state) % (2 * ARRAY_LEN(edges));
    uint64_t value = pick < ARRAY_LEN(edges) ? edges[pick] : random_next(state);
    return (int64_t)(value << (64 - bits)) >> (64 - bits);
}

struct insn
random_insn(uint32_t op, uint64_t *state)
{
    const struct insn_row *row = &insn_rows[op];
    return (struct insn){
        .op = (uint16_t)op,
        .dst = row->fields & Fd ? random_next(state) % N_REGS : 0,
        .src = row->fields & Fs ? random_next(state) % N_REGS : row->src,
        .off = row->fields & Fo ? (int16_t)random_value(16, state) : row->off,
        .imm = row->fields & Fi ? random_value(row->kind == KIND_LDDW ? 64 : 32, state) : row->imm,
    };
}
