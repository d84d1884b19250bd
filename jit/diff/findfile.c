/* Finds as files. See findfile.h. */
#include "config.h"

#include "jit/diff/findfile.h"

#include "jit/diff/pointtext.h"
#include "sim/base/base.h"
#include "sim/isa/asm.h"
#include "sim/isa/disasm.h"
#include "sim/machine/helper.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define MAGIC "# ebpfdbg find"
enum { BYTES_PER_LINE = 32 };

/* ---------------------------------------------------------------- writing */

static void
put_hex(const uint8_t *bytes, uint32_t n, struct buf *out)
{
    for (uint32_t i = 0; i < n; i++)
        buf_printf(out, "%02x", bytes[i]);
}

static const char *
name_of_helper(void *arg, int32_t id)
{
    (void)arg;
    return helper_name(id);
}

static bool
is_assembly(const struct subject *s, uint32_t pc, struct insn *insn)
{
    return insn_decode(s->code, s->n_slots, pc, insn, NULL) == OK;
}

static void
put_code(const struct subject *s, struct buf *out)
{
    const struct insn_names names = { .helper = name_of_helper };
    for (uint32_t pc = 0; pc < s->n_slots;) {
        struct insn insn;
        bool is_text = is_assembly(s, pc, &insn);
        if (is_text)
            insn_disasm(&insn, pc, SYNTAX_KERNEL, &names, out);
        else
            buf_puts(out, "goto pc+0");
        buf_putc(out, '\n');
        pc += is_text ? insn_slots(&insn) : 1;
    }
}

static void
put_raw_slots(const struct subject *s, struct buf *out)
{
    for (uint32_t pc = 0; pc < s->n_slots;) {
        struct insn insn;
        bool is_text = is_assembly(s, pc, &insn);
        if (!is_text) {
            buf_printf(out, "# raw: %" PRIu32 "=", pc);
            put_hex(s->code + (size_t)pc * SLOT_BYTES, SLOT_BYTES, out);
            buf_putc(out, '\n');
        }
        pc += is_text ? insn_slots(&insn) : 1;
    }
}

static void
put_input(const struct subject *s, struct buf *out)
{
    for (uint32_t at = 0; at < s->n_input; at += BYTES_PER_LINE) {
        uint32_t n = s->n_input - at;
        buf_puts(out, "# packet: ");
        put_hex(s->input + at, n < BYTES_PER_LINE ? n : BYTES_PER_LINE, out);
        buf_putc(out, '\n');
    }
}

void
findfile_write(const struct find *find, const struct cause *cause, const char *origin, struct buf *out)
{
    const struct subject *s = &find->subject;
    buf_puts(out, MAGIC ": ");
    cause_signature(cause, s, out);
    buf_puts(out, "\n# ");
    find_text(find, out);
    buf_putc(out, '\n');
    for (const char *line = origin, *end; (end = strchr(line, '\n')); line = end + 1)
        buf_printf(out, "# %.*s\n", (int)(end - line), line);
    if (cause->is_named)
        buf_printf(out, "# first: %" PRIu32 " after %" PRIu64 "\n", cause->pc, cause->n_before);
    buf_printf(out, "# engines: %s,%s\n# type: %s\n", find->left, find->right, s->type->name);
    put_input(s, out);
    for (uint32_t i = 0; i < s->n_targets; i++)
        buf_printf(out, "%s%" PRIu32 "%s", i ? "," : "# targets: ", s->targets[i], i + 1 < s->n_targets ? "" : "\n");
    buf_printf(out, "# may-goto-limit: %" PRIu32 "\n", s->may_goto_limit);
    if (s->stop_after)
        buf_printf(out, "# stop-after: %" PRIu32 "\n", s->stop_after);
    if (s->has_unit_costs)
        buf_puts(out, "# costs: unit\n");
    for (uint32_t i = 0; i < s->n_points; i++) {
        buf_puts(out, "# point: ");
        point_write(&s->points[i], out);
        buf_putc(out, '\n');
    }
    put_raw_slots(s, out);
    put_code(s, out);
}

/* ---------------------------------------------------------------- reading */

/* What is left of a line to be read. */
struct text {
    const char *at, *end;
};

struct reading {
    const char *name;
    uint32_t line;
    struct find_record *record;
    struct {
        struct text value; /* "5=ff00...", until the code is there */
        uint32_t line;
    } raw[SUBJECT_MAX_SLOTS];
    uint32_t n_raw;
    struct errinfo *e;
};

static enum err
bad_line(const struct reading *r, const char *why)
{
    struct buf place = BUF_EMPTY;
    buf_printf(&place, "%s, line %" PRIu32, r->name, r->line);
    enum err err = err_set_detail(r->e, ERR_INPUT, buf_text(&place), why);
    buf_free(&place);
    return err;
}

static bool
read_number(struct text *t, uint64_t max, uint64_t *out)
{
    const char *start = t->at;
    uint64_t value = 0;
    for (; t->at < t->end && *t->at >= '0' && *t->at <= '9'; t->at++) {
        uint64_t digit = (uint64_t)(*t->at - '0');
        if (digit > max || value > (max - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    *out = value;
    return t->at > start;
}

static bool
read_word(struct text *t, const char *word)
{
    size_t n = strlen(word);
    if ((size_t)(t->end - t->at) < n || memcmp(t->at, word, n))
        return false;
    t->at += n;
    return true;
}

static int
hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Pairs of digits up to the end. False for anything else, and for more than max bytes. */
static bool
read_hex(struct text *t, uint8_t *out, uint32_t max, uint32_t *n)
{
    for (*n = 0; t->at < t->end; t->at += 2) {
        int high = hex_digit(t->at[0]), low = t->end - t->at > 1 ? hex_digit(t->at[1]) : -1;
        if (high < 0 || low < 0 || *n == max)
            return false;
        out[(*n)++] = (uint8_t)(high << 4 | low);
    }
    return true;
}

static enum err
read_type(struct reading *r, struct text value)
{
    char name[32];
    size_t n = (size_t)(value.end - value.at);
    const struct prog_type *type = NULL;
    if (n < sizeof name) {
        memcpy(name, value.at, n);
        name[n] = '\0';
        type = prog_type_named(name);
    }
    if (!type)
        return bad_line(r, "there is no program type of this name");
    if (!subject_takes_type(type))
        return bad_line(r, "finds are of types that run on memory or a packet");
    r->record->subject.type = type;
    return OK;
}

static enum err
read_packet(struct reading *r, struct text value)
{
    struct subject *s = &r->record->subject;
    uint32_t n;
    if (!read_hex(&value, s->input + s->n_input, SUBJECT_MAX_INPUT - s->n_input, &n))
        return bad_line(r, "a packet is at most 512 bytes as pairs of hexadecimal digits");
    s->n_input += n;
    return OK;
}

static enum err
read_targets(struct reading *r, struct text value)
{
    struct subject *s = &r->record->subject;
    do {
        uint64_t slot;
        if (s->n_targets == SUBJECT_MAX_TARGETS || !read_number(&value, SUBJECT_MAX_SLOTS - 1, &slot) ||
            slot <= (s->n_targets ? s->targets[s->n_targets - 1] : 0))
            return bad_line(r, "targets are at most 4 ascending numbers of instructions, separated by commas");
        s->targets[s->n_targets++] = (uint32_t)slot;
    } while (read_word(&value, ","));
    return value.at == value.end ? OK : bad_line(r, "there is something behind the targets");
}

static enum err
read_limit(struct reading *r, struct text value)
{
    uint64_t limit;
    if (!read_number(&value, UINT32_MAX, &limit) || value.at < value.end)
        return bad_line(r, "may-goto-limit is one number");
    r->record->subject.may_goto_limit = (uint32_t)limit;
    return OK;
}

static enum err
read_stop_after(struct reading *r, struct text value)
{
    uint64_t n;
    if (!read_number(&value, UINT32_MAX, &n) || value.at < value.end)
        return bad_line(r, "stop-after is one number");
    r->record->subject.stop_after = (uint32_t)n;
    return OK;
}

static enum err
read_costs(struct reading *r, struct text value)
{
    if (!read_word(&value, "unit") || value.at < value.end)
        return bad_line(r, "costs are unit, or the table when nothing is said");
    r->record->subject.has_unit_costs = true;
    return OK;
}

static enum err
read_point(struct reading *r, struct text value)
{
    struct subject *s = &r->record->subject;
    if (s->n_points == SUBJECT_MAX_POINTS)
        return bad_line(r, "there are at most 4 points");
    const char *why = point_read(value.at, (size_t)(value.end - value.at), &s->points[s->n_points]);
    s->n_points += !why;
    return why ? bad_line(r, why) : OK;
}

static enum err
read_first(struct reading *r, struct text value)
{
    uint64_t pc;
    if (!read_number(&value, SUBJECT_MAX_SLOTS - 1, &pc) || !read_word(&value, " after ") ||
        !read_number(&value, FUZZ_MAX_INSNS, &r->record->n_before) || value.at < value.end)
        return bad_line(r, "first is the number of an instruction, \"after\" and the instructions before it");
    r->record->pc = (uint32_t)pc;
    r->record->has_first = true;
    return OK;
}

static enum err
read_engines(struct reading *r, struct text value)
{
    size_t n = (size_t)(value.end - value.at);
    if (n >= sizeof r->record->engines)
        return bad_line(r, "the names of the engines are too long");
    memcpy(r->record->engines, value.at, n);
    r->record->engines[n] = '\0';
    return OK;
}

static enum err
read_raw(struct reading *r, struct text value)
{
    if (r->n_raw == SUBJECT_MAX_SLOTS)
        return bad_line(r, "too many raw instructions");
    r->raw[r->n_raw].value = value;
    r->raw[r->n_raw++].line = r->line;
    return OK;
}

static enum err
read_comment(struct reading *r, struct text line)
{
    static const struct {
        const char *key;
        enum err (*read)(struct reading *r, struct text value);
    } keys[] = {
        { "# type: ", read_type },   { "# packet: ", read_packet },   { "# targets: ", read_targets }, { "# may-goto-limit: ", read_limit },
        { "# first: ", read_first }, { "# engines: ", read_engines }, { "# raw: ", read_raw },
        { "# stop-after: ", read_stop_after }, { "# costs: ", read_costs }, { "# point: ", read_point },
    };
    for (uint32_t i = 0; i < ARRAY_LEN(keys); i++)
        if (read_word(&line, keys[i].key))
            return keys[i].read(r, line);
    return OK;
}

static enum err
read_comments(struct reading *r, const char *text, size_t len)
{
    const char *end = text + len;
    enum err err = OK;
    for (const char *line = text; !err && line < end;) {
        const char *newline = memchr(line, '\n', (size_t)(end - line));
        struct text t = { line, newline ? newline : end };
        line = newline ? newline + 1 : end;
        if (t.end > t.at && t.end[-1] == '\r')
            t.end--;
        r->line++;
        err = read_comment(r, t);
    }
    return err;
}

/* Puts the bytes of raw slots into the code. */
static enum err
patch_raw(struct reading *r)
{
    struct subject *s = &r->record->subject;
    for (uint32_t i = 0; i < r->n_raw; i++) {
        struct text value = r->raw[i].value;
        uint64_t slot;
        uint32_t n;
        uint8_t bytes[SLOT_BYTES];
        r->line = r->raw[i].line;
        if (!read_number(&value, SUBJECT_MAX_SLOTS - 1, &slot) || slot >= s->n_slots || !read_word(&value, "=") ||
            !read_hex(&value, bytes, SLOT_BYTES, &n) || n < SLOT_BYTES)
            return bad_line(r, "raw is the number of an instruction, \"=\" and its 8 bytes");
        memcpy(s->code + slot * SLOT_BYTES, bytes, SLOT_BYTES);
    }
    return OK;
}

static enum err
read_code(struct reading *r, const char *text, size_t len)
{
    struct subject *s = &r->record->subject;
    uint8_t *code;
    uint32_t n_slots;
    enum err err = asm_program(text, len, helper_id, &code, &n_slots, NULL, r->e);
    if (err)
        return err;
    if (n_slots > SUBJECT_MAX_SLOTS) {
        free(code);
        return err_set(r->e, ERR_TOO_LARGE, r->name, 0, (uint64_t)n_slots * SLOT_BYTES, SUBJECT_MAX_SLOTS * SLOT_BYTES);
    }
    memcpy(s->code, code, (size_t)n_slots * SLOT_BYTES);
    s->n_slots = n_slots;
    free(code);
    return patch_raw(r);
}

/* What only makes sense together. */
static enum err
check_record(struct reading *r)
{
    struct find_record *record = r->record;
    struct subject *s = &record->subject;
    subject_measure(s);
    r->line = 1;
    if (s->n_targets && s->targets[s->n_targets - 1] >= s->n_slots)
        return bad_line(r, "a target lies behind the end of the program");
    for (uint32_t i = 0; i < s->n_points; i++)
        if (s->points[i].point.pc > s->n_slots)
            return bad_line(r, "a point lies behind the end of the program");
    if (record->has_first && record->pc >= s->n_slots)
        return bad_line(r, "the first instruction lies behind the end of the program");
    return OK;
}

bool
findfile_is_one(const char *text, size_t len)
{
    return len >= strlen(MAGIC) && !memcmp(text, MAGIC, strlen(MAGIC));
}

enum err
findfile_read(const char *name, const char *text, size_t len, struct find_record *out, struct errinfo *e)
{
    struct reading *r = xcalloc(1, sizeof *r);
    memset(out, 0, sizeof *out);
    out->subject.type = prog_type_named("generic");
    r->name = name;
    r->record = out;
    r->e = e;
    enum err err = read_comments(r, text, len);
    if (!err)
        err = read_code(r, text, len);
    if (!err)
        err = check_record(r);
    free(r);
    return err;
}
