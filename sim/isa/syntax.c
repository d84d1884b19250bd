/* Forms and mnemonics of rows. See syntax.h. */
#include "config.h"

#include "sim/isa/syntax.h"

#include "sim/base/base.h"

#include <assert.h>
#include <string.h>

struct form {
    uint8_t kind, fields;
    const char *text[2]; /* by enum syntax */
};

static const struct form forms[] = {
#define FORM(kind_, fields_, kernel, mnemonic) { KIND_##kind_, fields_, { kernel, mnemonic } },
#include "sim/isa/syntax.def"
};

const char *
syntax_form(const struct insn_row *row, enum syntax syntax)
{
    for (size_t i = 0; i < ARRAY_LEN(forms); i++)
        if (forms[i].kind == row->kind && (row->fields & forms[i].fields) == forms[i].fields)
            return forms[i].text[syntax];
    assert(!"every kind has a form");
    return NULL;
}

/* Drops `suffix` from the end of out. */
static uint32_t
drop(char *out, uint32_t len, const char *suffix)
{
    size_t n = strlen(suffix);
    if (len > n && !memcmp(out + len - n, suffix, n))
        len -= (uint32_t)n;
    out[len] = '\0';
    return len;
}

uint32_t
syntax_stem(const struct insn_row *row, char out[MNEMONIC_MAX_BYTES])
{
    const char *name = row->kind == KIND_ATOMIC ? row->name + strlen("atomic_") : row->name;
    uint32_t len = (uint32_t)strlen(name);
    assert(len < MNEMONIC_MAX_BYTES);
    memcpy(out, name, len + 1);
    if (row->kind == KIND_ALU || row->kind == KIND_JCC)
        len = drop(out, drop(out, len, "_k"), "_x");
    if (row->kind != KIND_MOVSX && row->kind != KIND_SWAP)
        len = drop(out, drop(out, len, "64"), "32");
    return len;
}

/* Widths stand in a mnemonic as 32 or not at all; the sizes of memory follow the stem without the underscore. */
uint32_t
syntax_mnemonic(const struct insn_row *row, char out[MNEMONIC_MAX_BYTES])
{
    uint32_t len = syntax_stem(row, out);
    switch (row->kind) {
    case KIND_ALU:
    case KIND_NEG:
    case KIND_JCC:
    case KIND_ATOMIC:
    case KIND_ATOMIC_FETCH:
    case KIND_ATOMIC_CMPXCHG:
        if (row->width_bits == 32) {
            memcpy(out + len, "32", 3);
            len += 2;
        }
        return len;
    case KIND_MAYGOTO:
        return len;
    default: {
        uint32_t n = 0;
        for (uint32_t i = 0; i <= len; i++)
            if (out[i] != '_')
                out[n++] = out[i];
        return n - 1;
    }
    }
}

const char *
syntax_mem_type(const struct insn_row *row)
{
    return row->width_bits == 8 ? "u8" : row->width_bits == 16 ? "u16" : row->width_bits == 32 ? "u32" : "u64";
}
