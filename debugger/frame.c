/* Frames by level, and their text. See frame.h. */
#include "config.h"

#include "debugger/frame.h"

#include "debugger/local.h"
#include "debugger/source.h"

#include <assert.h>

uint32_t
frame_count(const struct session *s)
{
    return s->is_running ? s->machine->depth + 1 : 0;
}

uint32_t
frame_pc(const struct session *s, uint32_t level)
{
    const struct machine *m = s->machine;
    assert(level < frame_count(s));
    return level ? m->frames[m->depth - level + 1].return_pc : m->pc;
}

uint64_t *
frame_reg(struct session *s, uint32_t level, uint32_t reg)
{
    struct machine *m = s->machine;
    assert(level < frame_count(s) && reg < N_REGS);
    if (!level)
        return &m->regs[reg];
    return reg >= REG_6 && reg <= REG_9 ? &m->frames[m->depth - level + 1].saved[reg - REG_6] : NULL;
}

uint64_t
frame_base(const struct session *s, uint32_t level)
{
    const struct machine *m = s->machine;
    assert(level < frame_count(s));
    return level ? STACK_TOP - (uint64_t)(m->depth - level) * FRAME_STRIDE : m->regs[REG_10];
}

bool
frame_is_at_line_start(const struct session *s, uint32_t level)
{
    return level == 0 && source_is_line_start(s, frame_pc(s, level));
}

void
frame_text(struct session *s, uint32_t level, bool with_number, struct buf *out)
{
    uint32_t pc = frame_pc(s, level);
    const struct function *f = program_function_at(s->program, pc);
    /* a caller is in the line of its call, which may end right before the return address */
    const struct line *l = program_line_at(s->program, level && pc ? pc - 1 : pc);
    if (with_number)
        buf_printf(out, "#%-3u", level);
    if (!frame_is_at_line_start(s, level))
        buf_printf(out, "insn %u in ", pc);
    buf_printf(out, "%s (", f ? f->name : "??");
    local_put_arguments(s, level, out);
    buf_putc(out, ')');
    if (l)
        buf_printf(out, " at %s:%u", source_name(s, l->file), l->line);
    buf_putc(out, '\n');
}
