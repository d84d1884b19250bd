/* Writes instructions as text by rendering their forms (syntax.def). See disasm.h. Not for names: those come from struct insn_names. */
#include "config.h"

#include "sim/isa/disasm.h"

#include "sim/isa/syntax.h"

#include <string.h>

/* What is being written. */
struct text {
    const struct insn *insn;
    const struct insn_row *row;
    const struct insn_names *names; /* never NULL */
    uint32_t pc;
    enum syntax syntax;
    struct buf *out;
};

/* Numbers are most of a listing; printf would take most of its time. */
static void
put_unsigned(struct buf *out, uint64_t value, unsigned base)
{
    char digits[20];
    size_t at = sizeof digits;
    do
        digits[--at] = "0123456789abcdef"[value % base];
    while (value /= base);
    buf_write(out, digits + at, sizeof digits - at);
}

static void
put_decimal(struct buf *out, int64_t value, bool with_plus)
{
    if (value < 0)
        buf_putc(out, '-');
    else if (with_plus)
        buf_putc(out, '+');
    put_unsigned(out, value < 0 ? 0 - (uint64_t)value : (uint64_t)value, 10);
}

static void
put_hex(struct buf *out, uint64_t value)
{
    buf_write(out, "0x", 2);
    put_unsigned(out, value, 16);
}

static void
put_reg(struct buf *out, char letter, uint8_t reg)
{
    char name[3] = { letter, (char)('0' + reg % 10) };
    if (reg >= 10) {
        name[1] = '1';
        name[2] = (char)('0' + reg % 10);
    }
    buf_write(out, name, reg >= 10 ? 3 : 2);
}

static void
put_target(struct text *t, int64_t distance)
{
    if (t->syntax == SYNTAX_KERNEL)
        buf_write(t->out, "pc", 2);
    put_decimal(t->out, distance, true);
    int64_t target = (int64_t)t->pc + 1 + distance;
    if (!t->names->target || target < 0 || target > UINT32_MAX)
        return;
    const char *name = t->names->target(t->names->arg, (uint32_t)target);
    if (name) {
        buf_write(t->out, " <", 2);
        buf_puts(t->out, name);
        buf_putc(t->out, '>');
    }
}

static const char *
constant_name(const struct text *t)
{
    return t->names->constant ? t->names->constant(t->names->arg, t->pc) : NULL;
}

/* "0x12"; what a pseudo source means stands before its two halves: "map_fd[3]", "map_val[3]+16". */
static void
put_constant(struct text *t)
{
    const char *name = constant_name(t);
    if (name) {
        buf_puts(t->out, name);
        return;
    }
    if (t->row->src == 0) {
        put_hex(t->out, (uint64_t)t->insn->imm);
        return;
    }
    buf_puts(t->out, t->row->text);
    buf_putc(t->out, '[');
    put_decimal(t->out, (int32_t)t->insn->imm, false);
    buf_putc(t->out, ']');
    int32_t high = (int32_t)(t->insn->imm >> 32);
    if (high)
        put_decimal(t->out, high, true);
}

static void
put_helper(struct text *t)
{
    const char *name = t->names->helper ? t->names->helper(t->names->arg, (int32_t)t->insn->imm) : NULL;
    if (name || t->syntax == SYNTAX_KERNEL) {
        buf_puts(t->out, name ? name : "unknown");
        buf_putc(t->out, '#');
    }
    put_decimal(t->out, t->insn->imm, false);
}

/* A kernel function is known by its BTF id and, when it is a module's, by which of the BTFs given at load that is. */
static void
put_kfunc(struct text *t)
{
    const char *name = constant_name(t);
    buf_puts(t->out, name ? name : "kernel-function");
    buf_putc(t->out, '#');
    put_decimal(t->out, t->insn->imm, false);
    if (t->insn->off) {
        buf_putc(t->out, ':');
        put_decimal(t->out, t->insn->off, false);
    }
}

static void
put_addr_spaces(struct text *t)
{
    put_unsigned(t->out, (uint32_t)t->row->imm >> 16, 10);
    buf_write(t->out, ", ", 2);
    put_unsigned(t->out, (uint16_t)t->row->imm, 10);
}

static void
put_operand(struct text *t, char placeholder)
{
    const struct insn *insn = t->insn;
    struct buf *out = t->out;
    char stem[MNEMONIC_MAX_BYTES];
    switch (placeholder) {
    case 'D': put_reg(out, t->row->width_bits == 64 ? 'r' : 'w', insn->dst); break;
    case 'S': put_reg(out, t->row->width_bits == 64 ? 'r' : 'w', insn->src); break;
    case 'd':
    case 'E': put_reg(out, 'r', insn->dst); break;
    case 's':
    case 'V': put_reg(out, 'r', insn->src); break;
    case 't': buf_puts(out, t->row->text); break;
    case 'n': buf_write(out, stem, syntax_mnemonic(t->row, stem)); break;
    case 'f': buf_write(out, stem, syntax_stem(t->row, stem)); break;
    case 'm': buf_puts(out, syntax_mem_type(t->row)); break;
    case 'z': buf_puts(out, t->row->width_bits == 64 ? "64" : ""); break;
    case 'a': put_addr_spaces(t); break;
    case 'i': put_decimal(out, insn->imm, false); break;
    case 'x': put_hex(out, (uint32_t)insn->imm); break;
    case 'l': put_constant(t); break;
    case 'o': put_decimal(out, insn->off, true); break;
    case 'p':
        if (insn->off)
            put_decimal(out, insn->off, true);
        break;
    case 'b': put_target(t, insn->off); break;
    case 'B': put_target(t, insn->imm); break;
    case 'h': put_helper(t); break;
    case 'k': put_kfunc(t); break;
    default: break;
    }
}

void
insn_disasm(const struct insn *insn, uint32_t pc, enum syntax syntax, const struct insn_names *names, struct buf *out)
{
    static const struct insn_names no_names = { 0 };
    if (insn->op >= N_OPS) {
        buf_puts(out, insn->op == OP_lddw_tail ? "(second half)" : "(illegal)");
        return;
    }
    const struct insn_row *row = insn_row(insn);
    struct text t = { .insn = insn, .row = row, .names = names ? names : &no_names, .pc = pc, .syntax = syntax, .out = out };
    for (const char *p = syntax_form(row, syntax); *p;) {
        size_t literal = strcspn(p, "%");
        buf_write(out, p, literal);
        p += literal;
        if (*p) {
            put_operand(&t, p[1]);
            p += 2;
        }
    }
}
