/* Memory and code in units. See examine.h. */
#include "config.h"

#include "debugger/examine.h"

#include "debugger/data.h"
#include "debugger/format.h"
#include "debugger/render.h"

#include <inttypes.h>
#include <string.h>

enum { STRING_LIMIT = 200 }; /* gdb's "print characters" */

/* The base type of $__ for units of this size. */
static struct vtype
unit_type(unsigned n_bytes)
{
    return vtype_base(n_bytes == 1 ? BASE_STD_S8 : n_bytes == 2 ? BASE_STD_S16 : n_bytes == 4 ? BASE_STD_S32 : BASE_STD_S64);
}

/* $_ is the last address examined, $__ what is there. */
static void
remember(struct session *s, uint64_t addr, struct vtype type, uint64_t bits)
{
    struct value contents = value_of(type, bits), place;
    type.n_ptr++;
    place = value_of(type, addr);
    data_set_variable(s, "_", &place);
    data_set_variable(s, "__", &contents);
}

static enum err
examine_code(struct session *s, int64_t count, uint64_t pc, struct buf *out, struct errinfo *e)
{
    const struct program *p = s->program;
    if (!p)
        return err_set(e, ERR_NO_SYMBOL_TABLE, NULL, 0, 0, 0);
    for (int64_t i = 0; i < count; i++) {
        if (pc >= p->n_slots)
            return err_set(e, ERR_NO_INSN, NULL, 0, pc, p->n_slots - 1);
        render_insn(s, (uint32_t)pc, out);
        pc += insn_slots(&p->insns[pc]);
    }
    s->x_next = pc;
    return OK;
}

static enum err
examine_strings(struct session *s, int64_t count, uint64_t addr, struct buf *out, struct errinfo *e)
{
    for (int64_t i = 0; i < count; i++) {
        uint64_t n_bytes = 0;
        buf_printf(out, "0x%" PRIx64, addr);
        format_addr_name(s, addr, out);
        buf_puts(out, ":\t");
        if (format_string_at(s, addr, STRING_LIMIT, out, &n_bytes, e)) {
            buf_printf(out, "<error: Cannot access memory at address 0x%" PRIx64 ">\n", addr);
            return OK; /* as in gdb, no error */
        }
        buf_putc(out, '\n');
        addr += n_bytes;
    }
    s->x_next = addr;
    return OK;
}

static unsigned
per_line(char letter, unsigned n_bytes)
{
    if (letter == 't')
        return n_bytes == 1 ? 8 : n_bytes == 8 ? 1 : n_bytes == 4 ? 2 : 8;
    return n_bytes == 8 ? 2 : n_bytes == 4 ? 4 : 8;
}

static enum err
examine_units(struct session *s, const struct fmt *fmt, unsigned n_bytes, uint64_t addr, struct buf *out, struct errinfo *e)
{
    unsigned columns = per_line(fmt->letter, n_bytes);
    for (int64_t i = 0; i < fmt->count; i++) {
        uint64_t bits = 0;
        bool is_first = i % columns == 0;
        if (is_first) {
            buf_printf(out, "%s0x%" PRIx64, i ? "\n" : "", addr);
            format_addr_name(s, addr, out);
            buf_putc(out, ':');
        }
        buf_putc(out, '\t');
        enum err err = data_read(s, addr, &bits, n_bytes, e);
        if (err) /* its text follows on the same line, as in gdb */
            return err;
        format_unit(s, bits, n_bytes, fmt->letter, out);
        remember(s, addr, unit_type(n_bytes), bits);
        addr += n_bytes;
    }
    if (fmt->count > 0)
        buf_putc(out, '\n');
    s->x_next = addr;
    return OK;
}

static unsigned
size_bytes(const struct fmt *fmt)
{
    switch (fmt->size) {
    case 'b':
        return 1;
    case 'h':
        return 2;
    case 'w':
        return 4;
    case 'g':
        return 8;
    default:
        return fmt->letter == 'a' ? 8 : fmt->letter == 'c' ? 1 : 4;
    }
}

enum err
examine(struct session *s, const struct fmt *fmt, uint64_t start, struct buf *out, struct errinfo *e)
{
    char letter[2] = { fmt->letter, '\0' };
    enum { COUNT_MAX = 1 << 20 };
    struct fmt f = *fmt;
    if (!strchr("xduotzacfsi", fmt->letter))
        return err_set(e, ERR_FORMAT_LETTER, letter, 0, 0, 0);
    if (f.count < -COUNT_MAX || f.count > COUNT_MAX)
        return err_set(e, ERR_FORMAT_BAD, "count", 0, 0, 0);
    unsigned n_bytes = f.letter == 'i' ? 1 : size_bytes(&f);
    if (f.count < 0) { /* backward from the address; strings and instructions have no fixed size to go back by */
        f.count = -f.count;
        start -= (uint64_t)f.count * (f.letter == 's' ? 1 : n_bytes);
    }
    s->x_is_code = f.letter == 'i';
    if (f.letter == 'i')
        return examine_code(s, f.count, start, out, e);
    if (f.letter == 's')
        return examine_strings(s, f.count, start, out, e);
    return examine_units(s, &f, n_bytes, start, out, e);
}
