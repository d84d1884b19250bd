/* Reading the parts of an instruction. See operand.h. Nothing here knows what form it is in. */
#include "config.h"

#include "sim/isa/operand.h"

#include "sim/isa/syntax.h"

#include <ctype.h>
#include <string.h>

bool
operand_is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '.' || c == '$';
}

const char *
operand_skip_blanks(const char *p, const char *end)
{
    while (p < end && (*p == ' ' || *p == '\t' || *p == '\r'))
        p++;
    return p;
}

size_t
operand_identifier(const char *text, const char *end)
{
    const char *p = text;
    if (p == end || isdigit((unsigned char)*p))
        return 0;
    while (p < end && operand_is_word(*p))
        p++;
    return (size_t)(p - text);
}

/* Notes that `what` was wanted at a->p. Always false. */
static bool
wanted_text(struct attempt *a, const char *what, size_t len, bool is_literal)
{
    struct failure *f = a->failure;
    if (a->p < f->where)
        return false;
    if (a->p > f->where)
        f->n_expected = 0;
    f->where = a->p;
    for (uint32_t i = 0; i < f->n_expected; i++)
        if (f->expected[i].len == len && !memcmp(f->expected[i].text, what, len))
            return false;
    if (f->n_expected < MAX_EXPECTED) {
        f->expected[f->n_expected].text = what;
        f->expected[f->n_expected].len = len;
        f->expected[f->n_expected++].is_literal = is_literal;
    }
    return false;
}

bool
operand_wanted(struct attempt *a, const char *what)
{
    return wanted_text(a, what, strlen(what), false);
}

static bool
read_chars(struct attempt *a, const char *text, size_t len, bool goes_on)
{
    size_t left = (size_t)(a->end - a->p);
    if (left < len || memcmp(a->p, text, len) || (!goes_on && operand_is_word(text[len - 1]) && left > len && operand_is_word(a->p[len])))
        return false;
    a->p += len;
    return true;
}

static bool
read_text(struct attempt *a, const char *text, bool goes_on)
{
    return read_chars(a, text, strlen(text), goes_on);
}

static bool
read_char(struct attempt *a, char c)
{
    if (a->p == a->end || *a->p != c)
        return wanted_text(a, c == ']' ? "]" : ",", 1, true);
    a->p++;
    return true;
}

/* "r3", "%r3"; with `letter2` also "w3". */
static bool
read_reg(struct attempt *a, char letter, char letter2, uint8_t field)
{
    const char *p = a->p, *end = a->end;
    uint8_t *reg = field == Fd ? &a->out.insn.dst : &a->out.insn.src;
    if (p < end && *p == '%')
        p++;
    if (end - p < 2 || (p[0] != letter && p[0] != letter2) || !isdigit((unsigned char)p[1]))
        return operand_wanted(a, letter == 'r' ? "a register (r0-r10)" : "a register (w0-w10)");
    unsigned n = (unsigned)(p[1] - '0');
    p += 2;
    if (n == 1 && p < end && *p == '0') {
        n = 10;
        p++;
    }
    if (p < end && operand_is_word(*p))
        return operand_wanted(a, letter == 'r' ? "a register (r0-r10)" : "a register (w0-w10)");
    if (a->known & field && *reg != n)
        return operand_wanted(a, "the same register again");
    a->known |= field;
    *reg = (uint8_t)n;
    a->p = p;
    return true;
}

/* Digits of a decimal or 0x number. False when there are none or 64 bits can't hold them. */
static bool
read_magnitude(struct attempt *a, uint64_t *value)
{
    const char *p = a->p, *end = a->end;
    unsigned base = 10;
    if (end - p > 2 && p[0] == '0' && (p[1] | 32) == 'x') {
        base = 16;
        p += 2;
    }
    const char *digits = p;
    *value = 0;
    for (; p < end && isxdigit((unsigned char)*p); p++) {
        unsigned digit = isdigit((unsigned char)*p) ? (unsigned)(*p - '0') : (unsigned)((*p | 32) - 'a' + 10);
        if (digit >= base)
            break;
        if (__builtin_mul_overflow(*value, (uint64_t)base, value) || __builtin_add_overflow(*value, (uint64_t)digit, value))
            return false;
    }
    if (p == digits)
        return false;
    a->p = p;
    return true;
}

/* A number with an optional sign, of `bits` bits: signed or unsigned, as long as it fits. */
static bool
read_number(struct attempt *a, unsigned bits, int64_t *out, const char *what)
{
    const char *start = a->p;
    bool is_negative = a->p < a->end && *a->p == '-';
    if (a->p < a->end && (*a->p == '-' || *a->p == '+'))
        a->p = operand_skip_blanks(a->p + 1, a->end);
    uint64_t value, most = UINT64_MAX >> (64 - bits);
    if (!read_magnitude(a, &value) || value > (is_negative ? most / 2 + 1 : most)) {
        a->p = start;
        return operand_wanted(a, what);
    }
    if (is_negative)
        value = 0 - value;
    *out = (int64_t)(value << (64 - bits)) >> (64 - bits);
    return true;
}

static bool
read_imm(struct attempt *a)
{
    return read_number(a, 32, &a->out.insn.imm, "a number of 32 bits");
}

/* "+4", "- 8"; nothing is 0. */
static bool
read_offset(struct attempt *a)
{
    int64_t off = 0;
    if (a->p < a->end && (*a->p == '+' || *a->p == '-')) {
        const char *start = a->p;
        if (!read_number(a, 16, &off, "an offset of 16 bits"))
            return false;
        if (*start == '+' && off < 0) { /* +0xffff is not -1 */
            a->p = start;
            return operand_wanted(a, "an offset of 16 bits");
        }
    } else {
        operand_wanted(a, "an offset such as +4");
    }
    a->out.insn.off = (int16_t)off;
    return true;
}

/* "pc+3", "+3", a label; a name in <> after it is for humans. */
static bool
read_target(struct attempt *a, bool is_wide)
{
    const char *end = a->end, *start = a->p;
    bool has_pc = end - a->p > 2 && !memcmp(a->p, "pc", 2) && (a->p[2] == '+' || a->p[2] == '-');
    const char *sign = has_pc ? a->p + 2 : a->p;
    if (sign < end && (*sign == '+' || *sign == '-')) {
        int64_t distance;
        a->p = sign;
        if (!read_number(a, is_wide ? 32 : 16, &distance, is_wide ? "a distance of 32 bits" : "a distance of 16 bits"))
            return false;
        if ((*sign == '+') != (distance >= 0) && distance) {
            a->p = start;
            return operand_wanted(a, is_wide ? "a distance of 32 bits" : "a distance of 16 bits");
        }
        if (is_wide)
            a->out.insn.imm = distance;
        else
            a->out.insn.off = (int16_t)distance;
    } else {
        a->out.label_len = operand_identifier(a->p, end);
        if (!a->out.label_len)
            return operand_wanted(a, "a label or a distance such as +3");
        a->out.label = a->p;
        a->p += a->out.label_len;
    }
    const char *name = operand_skip_blanks(a->p, end);
    const char *close = name < end && *name == '<' ? memchr(name, '>', (size_t)(end - name)) : NULL;
    if (close)
        a->p = close + 1;
    return true;
}

/* "7", "bpf_ktime_get_ns", "bpf_ktime_get_ns#5". */
static bool
read_helper(struct attempt *a)
{
    const char *end = a->end, *name = a->p;
    size_t len = operand_identifier(name, end);
    if (!len) {
        if (a->p < end && *a->p == '+')
            return operand_wanted(a, "a helper");
        return read_number(a, 32, &a->out.insn.imm, "a helper");
    }
    a->p += len;
    if (a->p < end && *a->p == '#') {
        a->p++;
        return read_number(a, 32, &a->out.insn.imm, "the helper's number");
    }
    char text[64];
    int32_t id = -1;
    if (a->helper_id && len < sizeof text) {
        memcpy(text, name, len);
        text[len] = '\0';
        id = a->helper_id(text);
    }
    a->p = name;
    if (id < 0)
        return operand_wanted(a, "a helper");
    a->p += len;
    a->out.insn.imm = id;
    return true;
}

/* "kernel-function#71000", "kernel-function#71000:1". */
static bool
read_kfunc(struct attempt *a)
{
    if (!read_text(a, "kernel-function#", true))
        return operand_wanted(a, "kernel-function#ID");
    if (!read_imm(a))
        return false;
    a->out.insn.off = 0;
    if (a->p == a->end || *a->p != ':')
        return true;
    a->p++;
    int64_t off;
    if (!read_number(a, 16, &off, "a number of 16 bits"))
        return false;
    a->out.insn.off = (int16_t)off;
    return true;
}

/* "0x12"; "map_val[3]+16" for a pseudo source. */
static bool
read_constant(struct attempt *a)
{
    int64_t low, high = 0;
    if (a->row->src == 0)
        return read_number(a, 64, &a->out.insn.imm, "a number of 64 bits");
    size_t len = strlen(a->row->text);
    if ((size_t)(a->end - a->p) <= len || memcmp(a->p, a->row->text, len) || a->p[len] != '[')
        return operand_wanted(a, "map_fd[N]");
    a->p += len + 1;
    if (!read_number(a, 32, &low, "a number of 32 bits"))
        return false;
    if (!read_char(a, ']'))
        return false;
    if (a->p < a->end && (*a->p == '+' || *a->p == '-') && !read_number(a, 32, &high, "a number of 32 bits"))
        return false;
    a->out.insn.imm = (int64_t)((uint64_t)high << 32 | (uint32_t)low);
    return true;
}

/* The two address spaces that the row's imm stands for. */
static bool
read_addr_spaces(struct attempt *a)
{
    int64_t to, from;
    const char *start = a->p;
    if (!read_number(a, 16, &to, "an address space"))
        return false;
    a->p = operand_skip_blanks(a->p, a->end);
    if (!read_char(a, ','))
        return false;
    a->p = operand_skip_blanks(a->p, a->end);
    if (!read_number(a, 16, &from, "an address space"))
        return false;
    if (to << 16 == (a->row->imm & ~0xffff) && from == (a->row->imm & 0xffff))
        return true;
    a->p = start;
    return operand_wanted(a, "address spaces 0, 1 or 1, 0");
}

/* The width that an alias writes as a number: of a byte swap the one in its text. */
static bool
read_width(struct attempt *a, bool goes_on)
{
    if (a->row->kind == KIND_SWAP)
        return read_text(a, a->row->text + strcspn(a->row->text, "0123456789"), goes_on);
    return read_text(a, a->row->width_bits == 64 ? "64" : "32", goes_on);
}

bool
operand_literal(struct attempt *a, const char *text, size_t len, bool goes_on)
{
    return read_chars(a, text, len, goes_on) || wanted_text(a, text, len, true);
}

/* What the row's text is, for a message. */
static const char *
noun_of_text(const struct insn_row *row)
{
    if (row->kind == KIND_SWAP)
        return "a byte swap such as be16";
    return isdigit((unsigned char)row->text[strlen(row->text) - 1]) ? "a type such as u32" : "an operator";
}

bool
operand_read(struct attempt *a, char placeholder, bool goes_on)
{
    const struct insn_row *row = a->row;
    unsigned width = row->width_bits;
    char own = width == 64 ? 'r' : 'w', narrow = width < 64 ? 'w' : 'r';
    switch (placeholder) {
    case 'D': return read_reg(a, own, own, Fd);
    case 'S': return read_reg(a, own, own, Fs);
    case 'd': return read_reg(a, 'r', 'r', Fd);
    case 's': return read_reg(a, 'r', 'r', Fs);
    case 'E': return read_reg(a, 'r', narrow, Fd);
    case 'V': return read_reg(a, 'r', narrow, Fs);
    case 't': return read_text(a, row->text, goes_on) || operand_wanted(a, noun_of_text(row));
    case 'n': return read_text(a, a->mnemonic, goes_on) || operand_wanted(a, "an operation");
    case 'f': return read_text(a, a->stem, goes_on) || operand_wanted(a, "an atomic operation");
    case 'm': return read_text(a, syntax_mem_type(row), goes_on) || operand_wanted(a, "a type such as u32");
    case 'z': return width == 32 || read_text(a, "64", goes_on) || operand_wanted(a, "64");
    case 'w': return width == 64 || read_text(a, "32", goes_on) || operand_wanted(a, "32");
    case 'W': return read_width(a, goes_on) || operand_wanted(a, "a width");
    case 'a': return read_addr_spaces(a);
    case 'i':
    case 'x': return read_imm(a);
    case 'l': return read_constant(a);
    case 'o':
    case 'p': return read_offset(a);
    case 'b': return read_target(a, false);
    case 'B': return read_target(a, true);
    case 'h': return read_helper(a);
    case 'k': return read_kfunc(a);
    default: return false;
    }
}
