/* From options to something that can run. See target.h. */
#include "config.h"

#include "ui/target.h"

#include "sim/base/base.h"
#include "sim/machine/helper.h"
#include "ui/message.h"
#include "ui/pcap.h"
#include "ui/signals.h"

#include <string.h>

#define DEFAULT_MAX_INSNS UINT64_C(1000000000) /* a second or so: far more than the kernel allows */

struct load_options
target_load_options(const struct options *o)
{
    return (struct load_options){
        .format = o->raw ? FORMAT_RAW : FORMAT_AUTO,
        .btf_path = o->btf,
        .helper_id = helper_id,
    };
}

enum err
target_costs(const char *name, struct cost_model *costs, struct errinfo *e)
{
    if (!name || !strcmp(name, "unit"))
        cost_model_unit(costs);
    else if (!strcmp(name, "table"))
        cost_model_table(costs);
    else
        return cost_model_load(name, costs, e);
    return OK;
}

/* "a, b, c" of all entry programs, for messages. */
static void
put_programs(const struct program *p, struct buf *out)
{
    const char *comma = "";
    for (uint32_t i = 0; i < p->n_functions; i++) {
        if (p->functions[i].is_program) {
            buf_printf(out, "%s%s", comma, p->functions[i].name);
            comma = ", ";
        }
    }
}

enum err
target_entry(const struct program *p, const char *name, uint32_t *entry, struct errinfo *e)
{
    const struct function *f = program_default_entry(p);
    if (!f)
        return err_set_detail(e, ERR_INPUT, p->path, "there is no code in it");
    for (uint32_t i = 0; name && i < p->n_functions; i++) {
        f = &p->functions[i];
        if (!strcmp(f->name, name) || !strcmp(f->section, name))
            name = NULL;
    }
    if (!name) {
        *entry = (uint32_t)(f - p->functions);
        return OK;
    }
    struct buf what = BUF_EMPTY, next = BUF_EMPTY;
    buf_printf(&what, "there is no program '%s' in %s", name, p->path);
    buf_puts(&next, "it has ");
    put_programs(p, &next);
    err_set_detail(e, ERR_USAGE, buf_text(&what), buf_text(&next));
    buf_free(&what);
    buf_free(&next);
    return ERR_USAGE;
}

enum err
target_type(const struct program *p, uint32_t entry, const char *name, const struct prog_type **type, struct errinfo *e)
{
    *type = name ? prog_type_named(name) : prog_type_of_section(p->functions[entry].section);
    if (*type)
        return OK;
    struct buf what = BUF_EMPTY;
    buf_printf(&what, "there is no program type '%s'", name);
    err_set_detail(e, ERR_USAGE, buf_text(&what), "ebpfdbg(1) lists them");
    buf_free(&what);
    return ERR_USAGE;
}

enum err
target_input(const struct options *o, const struct prog_type *type, struct bytes *packet, struct bytes *ctx, struct errinfo *e)
{
    *packet = *ctx = (struct bytes){ 0 };
    if (o->packet && o->pcap)
        return err_set_detail(e, ERR_USAGE, "--packet and --pcap both give a packet", "use one of them");
    enum err err = OK;
    if (o->packet)
        err = input_packet(o->packet, packet, e);
    else if (o->pcap)
        err = pcap_read_spec(o->pcap, packet, e);
    else if (type->family == CTX_XDP || type->family == CTX_SKB)
        *packet = (struct bytes){ .data = xcalloc(DEFAULT_PACKET_BYTES, 1), .n = DEFAULT_PACKET_BYTES };
    if (!err && o->ctx)
        err = input_ctx(o->ctx, type, packet->n, ctx, e);
    if (err)
        bytes_free(packet);
    return err;
}

static void
print_notes(const struct program *p)
{
    enum { SHOWN = 10 };
    for (uint32_t i = 0; i < p->n_notes && i < SHOWN; i++)
        message_text("%s: %s", p->path, p->notes[i].text);
    if (p->n_notes > SHOWN)
        message_text("%s: ... and %u more notes; 'info notes' in the debugger lists them", p->path, p->n_notes - SHOWN + p->n_notes_lost);
}

enum err
target_open(const struct options *o, struct target *t, struct errinfo *e)
{
    *t = (struct target){ 0 };
    struct load_options load = target_load_options(o);
    t->engine = engine_named(o->engine, e);
    enum err err = t->engine ? OK : e->code;
    if (!err)
        err = target_costs(o->cost, &t->costs, e);
    if (!err)
        err = program_load(o->operand, &load, &t->program, e);
    if (!err)
        print_notes(t->program);
    if (!err)
        err = target_entry(t->program, o->prog, &t->entry, e);
    if (!err)
        err = target_type(t->program, t->entry, o->type, &t->type, e);
    if (!err)
        err = target_input(o, t->type, &t->packet, &t->ctx, e);
    if (!err && o->perf_map)
        err = perfmap_open(&t->perfmap, e);
    if (!err && t->packet.data && !o->packet && !o->pcap)
        message_text("no packet given: running on %d zero bytes; give one with --packet or --pcap", DEFAULT_PACKET_BYTES);
    if (err)
        target_close(t);
    return err;
}

void
target_close(struct target *t)
{
    perfmap_close(t->perfmap);
    t->perfmap = NULL;
    program_free(t->program);
    bytes_free(&t->packet);
    bytes_free(&t->ctx);
    t->program = NULL;
}

struct machine *
target_machine(const struct target *t)
{
    struct buf notes = BUF_EMPTY;
    struct machine *m = machine_new(t->program, &t->costs, &notes);
    m->interrupt = signals_interrupt();
    for (char *line = notes.text, *end; line && (end = strchr(line, '\n')); line = end + 1)
        message_text("%s: %.*s", t->program->path, (int)(end - line), line);
    buf_free(&notes);
    return m;
}

uint64_t
target_max_insns(const struct options *o)
{
    return !o->has_max_insns ? DEFAULT_MAX_INSNS : o->max_insns ? o->max_insns : UINT64_MAX;
}

/* One word for the shell. */
static void
put_word(const char *word, struct buf *out)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:,=+-%@";
    if (*word && strspn(word, plain) == strlen(word)) {
        buf_puts(out, word);
        return;
    }
    buf_putc(out, '\'');
    for (; *word; word++) {
        if (*word == '\'')
            buf_puts(out, "'\\'");
        buf_putc(out, *word);
    }
    buf_putc(out, '\'');
}

void
target_put_options(const struct options *o, struct buf *out)
{
    const struct {
        const char *option, *value;
    } given[] = {
        { "--prog", o->prog }, { "--type", o->type }, { "--packet", o->packet }, { "--pcap", o->pcap },
        { "--ctx", o->ctx },   { "--btf", o->btf },   { "--cost", o->cost },
    };
    buf_putc(out, ' ');
    put_word(o->operand, out);
    if (o->raw)
        buf_puts(out, " --raw");
    for (size_t i = 0; i < ARRAY_LEN(given); i++) {
        if (!given[i].value)
            continue;
        buf_printf(out, " %s ", given[i].option);
        put_word(given[i].value, out);
    }
}
