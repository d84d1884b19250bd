/* `ebpfdbg disasm`: every function of an object with slot numbers, raw bytes and text, written in one go. Not for
 * running: the debugger has a disassemble command of its own, on the same listing. */
#include "config.h"

#include "sim/machine/listing.h"
#include "ui/message.h"
#include "ui/options.h"
#include "ui/target.h"

#include <stdio.h>
#include <string.h>

/* "    12: ", as printf("%6u: ") would; called for every instruction. */
static void
put_slot(uint32_t pc, struct buf *out)
{
    char text[16] = "               ";
    size_t at = sizeof text;
    text[--at] = ' ';
    text[--at] = ':';
    do
        text[--at] = (char)('0' + pc % 10);
    while (pc /= 10);
    size_t start = at < sizeof text - 8 ? at : sizeof text - 8;
    buf_write(out, text + start, sizeof text - start);
}

/* "bf 16 00 00 00 00 00 00" */
static void
put_bytes(const uint8_t *code, struct buf *out)
{
    static const char digits[] = "0123456789abcdef";
    char text[3 * SLOT_BYTES];
    for (int i = 0; i < SLOT_BYTES; i++) {
        text[3 * i] = digits[code[i] >> 4];
        text[3 * i + 1] = digits[code[i] & 15];
        text[3 * i + 2] = ' ';
    }
    buf_write(out, text, sizeof text - 1);
}

static void
put_source(const struct program *p, const struct line *line, struct buf *out)
{
    buf_printf(out, "; %s:%u", line->file < p->n_files ? p->files[line->file] : "?", line->line);
    if (line->text)
        buf_printf(out, ": %s", line->text + strspn(line->text, " \t"));
    buf_putc(out, '\n');
}

/* Native code to be shown under each instruction. engine NULL: none. */
struct native {
    const struct engine *engine;
    struct code *code;
    struct native_view view;
};

static enum err
native_open(const struct program *p, const struct cost_model *costs, struct native *native, struct errinfo *e)
{
    const struct engine *const *engine = engines;
    while (!(*engine)->native) /* the JIT's */
        engine++;
    native->engine = *engine;
    native->code = native->engine->open(p, costs, e);
    if (native->code && native->engine->native->view(native->code, &native->view, e))
        return OK;
    return e->code;
}

static void
native_close(struct native *native)
{
    native_view_free(&native->view);
    if (native->code)
        native->engine->close(native->code);
}

static enum err
put_native(const struct native *native, uint32_t pc, const struct options *o, struct buf *out, struct errinfo *e)
{
    const struct native_style style = { .with_bytes = !o->no_bytes, .lead = "            " };
    return native_list(native->engine->native, native->code, &native->view, pc, &style, out, e);
}

static enum err
put_function(const struct program *p, const struct function *f, const struct options *o, enum syntax syntax, const struct native *native,
             struct buf *out, struct errinfo *e)
{
    enum err err = OK;
    const struct line *last = NULL;
    for (uint32_t pc = f->pc; !err && pc < f->pc + f->n_slots && pc < p->n_slots; pc++) {
        bool is_tail = p->insns[pc].op == OP_lddw_tail;
        if (is_tail && o->no_bytes)
            continue;
        const struct line *line = o->source ? program_line_at(p, pc) : NULL;
        if (line && !(last && line->file == last->file && line->line == last->line))
            put_source(p, line, out);
        last = line;
        put_slot(pc, out);
        if (!o->no_bytes)
            put_bytes(p->code + (size_t)pc * SLOT_BYTES, out);
        if (!is_tail && !o->no_bytes)
            buf_write(out, "  ", 2);
        if (!is_tail)
            listing_insn(p, pc, syntax, out);
        buf_putc(out, '\n');
        bool is_last_slot = is_tail || insn_slots(&p->insns[pc]) == 1 || o->no_bytes;
        if (native->engine && is_last_slot)
            err = put_native(native, is_tail ? pc - 1 : pc, o, out, e);
    }
    return err;
}

static enum err
put_program(const struct program *p, const struct options *o, enum syntax syntax, const struct native *native, struct buf *out,
            struct errinfo *e)
{
    enum err err = OK;
    const char *section = NULL;
    for (const struct function *f = p->functions; !err && f < p->functions + p->n_functions; f++) {
        if (o->prog && strcmp(f->name, o->prog))
            continue;
        if (f->section[0] && (!section || strcmp(section, f->section)))
            buf_printf(out, "%sSection %s:\n", section ? "\n" : "", f->section);
        section = f->section;
        buf_printf(out, "\n%s:\n", f->name);
        err = put_function(p, f, o, syntax, native, out, e);
    }
    return err;
}

/* Writes all of it at once: a listing is long, and nobody reads it line by line while it is made. */
static int
write_text(const struct buf *text)
{
    if (fwrite(buf_text(text), 1, text->len, stdout) == text->len && fflush(stdout) == 0)
        return EXIT_DONE;
    message_text("standard output: can't be written");
    return EXIT_FAILED;
}

int
disasm_main(const struct options *o)
{
    struct load_options load = target_load_options(o);
    struct program *p;
    struct errinfo e;
    struct buf out = BUF_EMPTY;
    bool is_mnemonic = o->syntax && !strcmp(o->syntax, "mnemonic");
    if (o->syntax && !is_mnemonic && strcmp(o->syntax, "kernel")) {
        message_text("there is no syntax '%s'; there are kernel and mnemonic", o->syntax);
        return EXIT_USAGE;
    }
    if (program_load(o->operand, &load, &p, &e)) {
        message_error(&e, NULL);
        return EXIT_FAILED;
    }
    int status;
    struct cost_model costs;
    struct native native = { 0 };
    cost_model_unit(&costs);
    if (o->prog && !program_function_named(p, o->prog)) {
        message_text("%s has no function '%s'", o->operand, o->prog);
        status = EXIT_USAGE;
    } else if ((o->native && native_open(p, &costs, &native, &e)) ||
               put_program(p, o, is_mnemonic ? SYNTAX_MNEMONIC : SYNTAX_KERNEL, &native, &out, &e)) {
        message_error(&e, NULL);
        status = EXIT_FAILED;
    } else {
        status = write_text(&out);
    }
    native_close(&native);
    buf_free(&out);
    program_free(p);
    return status;
}
