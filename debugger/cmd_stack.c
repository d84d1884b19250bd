/* Commands about frames and registers. */
#include "config.h"

#include "debugger/call.h"
#include "debugger/data.h"
#include "debugger/format.h"
#include "debugger/frame.h"
#include "debugger/render.h"
#include "debugger/source.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static enum err
backtrace(struct call *c, uint32_t *first, uint32_t *last)
{
    uint64_t count = 0;
    uint32_t n = frame_count(c->s);
    *first = 0;
    *last = n;
    if (*c->text) {
        enum err err = expr_number(c->s, c->text, &count, c->e);
        if (err)
            return err;
        if ((int64_t)count < 0 && 0 - count < n)
            *first = n - (uint32_t)(0 - count);
        else if ((int64_t)count >= 0 && count < n)
            *last = (uint32_t)count;
    }
    return OK;
}

enum err
cmd_backtrace(struct call *c)
{
    uint32_t first, last;
    enum err err = backtrace(c, &first, &last);
    if (err)
        return err;
    for (uint32_t i = first; i < last; i++)
        frame_text(c->s, i, true, c->out);
    if (last < frame_count(c->s))
        buf_puts(c->out, "(More stack frames follow...)\n");
    return OK;
}

/* Bytes of a frame's stack that hold anything but zeros, counted from r10 down: what the function has used for certain. */
static unsigned
used_bytes(struct session *s, uint32_t level)
{
    uint64_t base = STACK_TOP - (uint64_t)(s->machine->depth - level) * FRAME_STRIDE;
    const uint8_t *stack = memory_host(&s->machine->mem, base - STACK_BYTES);
    for (unsigned i = 0; i < STACK_BYTES; i++) {
        if (stack[i])
            return STACK_BYTES - i;
    }
    return 0;
}

enum err
cmd_info_stack(struct call *c)
{
    uint32_t first, last;
    enum err err = backtrace(c, &first, &last);
    if (err)
        return err;
    for (uint32_t i = first; i < last; i++) {
        frame_text(c->s, i, true, c->out);
        c->out->len--; /* its newline: the size belongs on the same line */
        buf_printf(c->out, ", %u of %u bytes used\n", used_bytes(c->s, i), STACK_BYTES);
    }
    return OK;
}

enum err
cmd_frame(struct call *c)
{
    struct session *s = c->s;
    if (*c->text) {
        uint64_t level;
        enum err err = expr_number(s, c->text, &level, c->e);
        if (err)
            return err;
        if (level >= frame_count(s))
            return err_set(c->e, ERR_NO_LEVEL, NULL, 0, level, 0);
        s->frame = (uint32_t)level;
    }
    render_frame(s, c->out);
    return OK;
}

static enum err
move_frame(struct call *c, int64_t by)
{
    struct session *s = c->s;
    int64_t n = frame_count(s), to = (int64_t)s->frame + by;
    if (by > 0 && s->frame + 1 == n)
        return err_set(c->e, ERR_DEBUGGER, "Initial frame selected; you cannot go up.", 0, 0, 0);
    if (by < 0 && s->frame == 0)
        return err_set(c->e, ERR_DEBUGGER, "Bottom (innermost) frame selected; you cannot go down.", 0, 0, 0);
    s->frame = (uint32_t)(to < 0 ? 0 : to >= n ? n - 1 : to);
    render_frame(s, c->out);
    return OK;
}

static int64_t
bounded(uint64_t count)
{
    return (int64_t)count > MAX_FRAMES ? MAX_FRAMES : (int64_t)count < -MAX_FRAMES ? -MAX_FRAMES : (int64_t)count;
}

enum err
cmd_up(struct call *c)
{
    return move_frame(c, bounded(c->count));
}

enum err
cmd_down(struct call *c)
{
    return move_frame(c, -bounded(c->count));
}

enum err
cmd_info_frame(struct call *c)
{
    struct session *s = c->s;
    const struct machine *m = s->machine;
    uint32_t level = s->frame, pc = frame_pc(s, level), depth = m->depth - level;
    const struct function *f = program_function_at(s->program, pc);
    const struct line *l = program_line_at(s->program, level && pc ? pc - 1 : pc);
    buf_printf(c->out, "Stack level %u, frame at 0x%" PRIx64 ":\n pc = %u in %s", level, frame_base(s, level), pc, f ? f->name : "??");
    if (l)
        buf_printf(c->out, " (%s:%u)", source_name(s, l->file), l->line);
    if (depth)
        buf_printf(c->out, "; saved pc = %u", m->frames[depth].return_pc);
    buf_putc(c->out, '\n');
    if (depth)
        buf_printf(c->out, " called by frame at 0x%" PRIx64 "\n", frame_base(s, level + 1));
    else
        buf_puts(c->out, " outermost: the entry program\n");
    buf_printf(c->out, " %u of %u bytes of stack used, at 0x%" PRIx64 "-0x%" PRIx64 "\n", used_bytes(s, level), STACK_BYTES,
               STACK_TOP - (uint64_t)depth * FRAME_STRIDE - STACK_BYTES, STACK_TOP - (uint64_t)depth * FRAME_STRIDE);
    if (depth) {
        buf_puts(c->out, " Saved registers:\n ");
        for (unsigned r = REG_6; r <= REG_9; r++)
            buf_printf(c->out, " r%u = 0x%" PRIx64 "%s", r, m->frames[depth].saved[r - REG_6], r < REG_9 ? "," : "\n");
    }
    return OK;
}

/* "r1             0x40000             262144 <xdp_md>" as gdb's columns have it. */
static void
register_row(struct session *s, uint32_t id, struct buf *out)
{
    struct value v;
    struct errinfo e;
    buf_printf(out, "%-15s", reg_id_name((int)id));
    if (data_read_reg(s, id, &v, &e)) {
        buf_puts(out, "<not saved>\n");
        return;
    }
    struct buf hex = BUF_EMPTY;
    uint64_t bits = vtype_bytes(v.type) == 4 ? (uint32_t)v.bits : v.bits;
    if (id == REG_ID_PC)
        buf_printf(&hex, "%" PRIu64, bits);
    else
        buf_printf(&hex, "0x%" PRIx64, bits);
    buf_printf(out, "%-19s", buf_text(&hex));
    buf_free(&hex);
    if (id == REG_ID_PC) {
        buf_printf(out, "%" PRIu64, bits);
        format_code_name(s, bits, out);
    } else {
        if (id == REG_10)
            buf_printf(out, "0x%" PRIx64, bits);
        else
            buf_printf(out, "%" PRId64, (int64_t)v.bits);
        format_addr_name(s, bits, out);
    }
    buf_putc(out, '\n');
}

enum err
cmd_info_registers(struct call *c)
{
    if (!*c->text) {
        for (uint32_t r = 0; r < N_REGS; r++)
            register_row(c->s, r, c->out);
        register_row(c->s, REG_ID_PC, c->out);
        return OK;
    }
    for (const char *p = c->text; *p;) {
        size_t len = strcspn(p, " \t");
        bool has_dollar = *p == '$';
        int id = reg_id_named(p + has_dollar, len - has_dollar);
        if (id < 0) {
            char message[96];
            snprintf(message, sizeof message, "Invalid register `%.*s'", len > 60 ? 60 : (int)len, p);
            return err_set(c->e, ERR_DEBUGGER, message, 0, 0, 0);
        }
        register_row(c->s, (uint32_t)id, c->out);
        p += len;
        p += strspn(p, " \t");
    }
    return OK;
}
