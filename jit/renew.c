/* Which compiled code is out of date, and compiling it again. See code.h. */
#include "config.h"

#include "jit/code.h"

#include "sim/base/base.h"

void
code_make_stale(struct code *code, uint32_t block)
{
    if (code->is_stale[block])
        return;
    code->is_stale[block] = true;
    code->stale = grow(code->stale, code->n_stale, &code->cap_stale, sizeof *code->stale);
    code->stale[code->n_stale++] = block;
}

void
code_make_slot_stale(struct code *code, uint32_t pc)
{
    while (pc > 0 && code_block_at(code, pc) == NO_BLOCK)
        pc--;
    code_make_stale(code, code_block_at(code, pc));
}

/* All blocks that look at something have to be compiled again: those of the old set and those of the new one. */
void
code_make_looking_stale(struct code *code)
{
    for (uint32_t i = 0; i < code->c.blocks.n; i++)
        if (looks_concern(&code->c, &code->c.blocks.list[i]))
            code_make_stale(code, i);
}

bool
code_renew(struct code *code)
{
    bool has_changed = code->n_stale > 0 || code->is_outdated, fits = !code->is_full;
    if (code->is_outdated) {
        fits = compiled_restart(&code->c);
        while (code->n_stale)
            code->is_stale[code->stale[--code->n_stale]] = false;
        code->is_outdated = false;
    }
    code->n_again += code->n_stale;
    for (uint32_t i = 0; i < code->n_stale && fits; i++)
        fits = compile_block_again(&code->c, code->stale[i]);
    if (!fits && code->n_stale) /* the room for changed blocks is used up: start afresh */
        fits = compiled_restart(&code->c);
    while (code->n_stale)
        code->is_stale[code->stale[--code->n_stale]] = false;
    code->is_full = !fits;
    if (!fits)
        return false;
    codemem_set_writable(&code->c.mem, code->c.used, false);
    if (has_changed && code->made)
        code->made(code->made_arg, code);
    return true;
}
