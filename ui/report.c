/* Reports of runs. See report.h. */
#include "config.h"

#include "ui/report.h"

#include "sim/base/base.h"
#include "sim/machine/listing.h"
#include "sim/machine/map.h"
#include "sim/object/types.h"

#include <ctype.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum {
    ROW_BYTES = 16,
    SHOWN_ROWS = 16,   /* of a packet; the number of the others is said */
    SHOWN_OUTPUTS = 32,
    SHOWN_ENTRIES = 16, /* of a map */
    SHOWN_VALUE_BYTES = 64,
};

const char *
report_stop_name(uint32_t reasons)
{
    return reasons & STOP_EXIT         ? "exit"
           : reasons & STOP_FAULT      ? "fault"
           : reasons & STOP_DIFFERENCE ? "difference"
           : reasons & STOP_INTERRUPT  ? "interrupt"
                                       : "budget";
}

static void
put_hex(struct buf *out, const uint8_t *bytes, size_t n, const char *between)
{
    for (size_t i = 0; i < n; i++)
        buf_printf(out, "%s%02x", i ? between : "", bytes[i]);
}

/* Starts a line of the report: a label, then text from a fixed column on. */
static void
put_label(struct buf *out, const char *label)
{
    buf_puts(out, label);
    buf_pad(out, 9);
}

/* ---------------------------------------------------------------- maps */

/* Calls fn for every key whose value (of any CPU) is not what it was before the runs; a value of NULL means that the entry is gone. */
typedef void changed_fn(void *arg, const struct map *map, const uint8_t *key, const uint8_t *value);

static const uint8_t *
value_at(struct machine *m, struct map *map, const uint8_t *key, uint32_t cpu)
{
    uint64_t addr = map_lookup_cpu(m, map, key, cpu);
    return addr ? memory_host(&m->mem, addr) : NULL;
}

static void
compare_key(const struct run *run, uint32_t index, const uint8_t *key, changed_fn *fn, void *arg)
{
    struct map *now = &run->machine->maps[index], *before = &run->pristine->maps[index];
    for (uint32_t cpu = 0; cpu < run->machine->env.n_cpus; cpu++) {
        const uint8_t *a = value_at(run->pristine, before, key, cpu), *b = value_at(run->machine, now, key, cpu);
        if (a && b ? memcmp(a, b, now->def->value_bytes) != 0 : a != b) {
            fn(arg, now, key, b);
            return;
        }
    }
}

static void
for_changes(const struct run *run, uint32_t index, changed_fn *fn, void *arg)
{
    struct map *now = &run->machine->maps[index], *before = &run->pristine->maps[index];
    if (!now->ops)
        return;
    uint8_t *key = xcalloc(2, now->def->key_bytes + 1), *next = key + now->def->key_bytes + 1;
    const uint8_t *last = NULL;
    for (; !map_next_key(run->machine, now, last, next); last = key) {
        memcpy(key, next, now->def->key_bytes);
        compare_key(run, index, key, fn, arg);
    }
    for (last = NULL; !map_next_key(run->pristine, before, last, next); last = key) {
        memcpy(key, next, now->def->key_bytes);
        if (!map_lookup(run->machine, now, key)) /* gone; entries that are still there were compared above */
            fn(arg, now, key, NULL);
    }
    free(key);
}

struct text_changes {
    const struct program *program;
    struct buf *out;
    uint32_t n;
};

/* A key or value: as C has it when its type is known, else in hex. */
static void
put_typed(const struct text_changes *c, uint32_t btf_id, const uint8_t *bytes, uint32_t n)
{
    static const struct type_format format = { .max_elements = ROW_BYTES };
    if (btf_id && c->program->btf) {
        type_print_value(c->program->btf, btf_id, bytes, n, &format, c->out);
        return;
    }
    put_hex(c->out, bytes, n < SHOWN_VALUE_BYTES ? n : SHOWN_VALUE_BYTES, " ");
    if (n > SHOWN_VALUE_BYTES)
        buf_printf(c->out, " ... %u more bytes", n - SHOWN_VALUE_BYTES);
}

static void
text_change(void *arg, const struct map *map, const uint8_t *key, const uint8_t *value)
{
    struct text_changes *c = arg;
    if (c->n++ >= SHOWN_ENTRIES)
        return;
    put_label(c->out, "map");
    buf_puts(c->out, map->def->name);
    if (map->def->origin != MAP_FROM_DATA) {
        buf_putc(c->out, '[');
        put_typed(c, map->def->key_btf_id, key, map->def->key_bytes);
        buf_putc(c->out, ']');
    }
    buf_puts(c->out, value ? " = " : " deleted");
    if (value)
        put_typed(c, map->def->value_btf_id, value, map->def->value_bytes);
    buf_putc(c->out, '\n');
}

static void
put_maps(const struct run *run, struct buf *out)
{
    for (uint32_t i = 0; i < run->machine->program->n_maps; i++) {
        struct text_changes changes = { .program = run->machine->program, .out = out };
        for_changes(run, i, text_change, &changes);
        if (changes.n > SHOWN_ENTRIES) {
            put_label(out, "map");
            buf_printf(out, "%s: %u more entries changed\n", run->machine->maps[i].def->name, changes.n - SHOWN_ENTRIES);
        }
    }
}

/* ---------------------------------------------------------------- output of the guest */

static const char *const output_names[] = {
    [OUTPUT_TRACE_PRINTK] = "trace", [OUTPUT_PERF_EVENT] = "perf", [OUTPUT_RINGBUF] = "ringbuf", [OUTPUT_REDIRECT] = "redirect"
};

/* The text of an output: as it is for trace_printk, hex for records. */
static void
put_output(const struct machine *m, const struct output *o, struct buf *out)
{
    if (o->kind == OUTPUT_TRACE_PRINTK) {
        uint32_t n = o->n_bytes;
        while (n && (o->bytes[n - 1] == '\n' || !o->bytes[n - 1]))
            n--;
        for (uint32_t i = 0; i < n; i++)
            buf_putc(out, isprint(o->bytes[i]) ? (char)o->bytes[i] : '?');
        return;
    }
    if (o->kind != OUTPUT_REDIRECT && o->map < m->program->n_maps)
        buf_printf(out, "%s: ", m->program->maps[o->map].name);
    put_hex(out, o->bytes, o->n_bytes, " ");
}

static void
put_outputs(const struct machine *m, struct buf *out)
{
    for (uint32_t i = 0; i < m->n_outputs && i < SHOWN_OUTPUTS; i++) {
        put_label(out, output_names[m->outputs[i].kind]);
        put_output(m, &m->outputs[i], out);
        buf_putc(out, '\n');
    }
    if (m->n_outputs > SHOWN_OUTPUTS)
        buf_printf(out, "         ... and %u more\n", m->n_outputs - SHOWN_OUTPUTS);
    if (m->n_outputs_lost)
        buf_printf(out, "         %" PRIu64 " more were lost: they exceeded %d MiB\n", m->n_outputs_lost, OUTPUT_MAX_BYTES >> 20);
}

/* ---------------------------------------------------------------- packet */

static void
put_row(struct buf *out, uint32_t off, char sign, const uint8_t *bytes, uint32_t n)
{
    buf_printf(out, "         %c %04x  ", sign, off);
    put_hex(out, bytes, n, " ");
    buf_putc(out, '\n');
}

/* Rows of 16 bytes that differ; of a packet whose length changed, every row of the new one. */
static void
put_packet_changes(const struct bytes *before, const struct result *after, struct buf *out)
{
    uint32_t shown = 0, hidden = 0;
    for (uint32_t off = 0; off < after->packet_bytes; off += ROW_BYTES) {
        uint32_t n = after->packet_bytes - off < ROW_BYTES ? after->packet_bytes - off : ROW_BYTES;
        bool is_same_length = before->n == after->packet_bytes;
        if (is_same_length && !memcmp(before->data + off, after->packet + off, n))
            continue;
        if (shown++ >= SHOWN_ROWS) {
            hidden++;
            continue;
        }
        if (is_same_length)
            put_row(out, off, '-', before->data + off, n);
        put_row(out, off, '+', after->packet + off, n);
    }
    if (hidden)
        buf_printf(out, "         ... and %u more rows\n", hidden);
}

static void
put_packet(const struct run *run, struct buf *out)
{
    struct result after;
    machine_result(run->machine, &after);
    const struct bytes *before = &run->target->packet;
    if (!after.packet)
        return;
    put_label(out, "packet");
    if (before->n == after.packet_bytes && !memcmp(before->data, after.packet, before->n)) {
        buf_printf(out, "%u bytes, unchanged\n", before->n);
        return;
    }
    buf_printf(out, "%u bytes", before->n);
    if (before->n != after.packet_bytes)
        buf_printf(out, ", now %u", after.packet_bytes);
    buf_puts(out, ", changed:\n");
    put_packet_changes(before, &after, out);
}

/* ---------------------------------------------------------------- how it ended */

static void
put_verdict(const struct run *run, struct buf *out)
{
    const struct machine *m = run->machine;
    const char *verdict = prog_type_verdict(m->type, (uint32_t)m->regs[REG_0]);
    put_label(out, "verdict");
    if (verdict)
        buf_printf(out, "%s (%" PRIu64 ")\n", verdict, m->regs[REG_0]);
    else
        buf_printf(out, "r0 = %" PRIu64 " (0x%" PRIx64 ")\n", m->regs[REG_0], m->regs[REG_0]);
}

/* Where the machine stands: function, source line, instruction. */
static void
put_place(const struct machine *m, struct buf *out)
{
    const struct program *p = m->program;
    const struct line *line = program_line_at(p, m->pc);
    put_label(out, "at");
    listing_place(p, m->pc, out);
    buf_putc(out, '\n');
    if (line && line->text) {
        const char *text = line->text + strspn(line->text, " \t");
        buf_printf(out, "         %u  %s\n", line->line, text);
    }
    if (m->pc < p->n_slots) {
        buf_printf(out, "         %u: ", m->pc);
        listing_insn(p, m->pc, SYNTAX_KERNEL, out);
        buf_putc(out, '\n');
    }
}

static void
put_end(const struct run *run, struct buf *out)
{
    if (run->stop.reasons & STOP_EXIT) {
        put_verdict(run, out);
        return;
    }
    put_label(out, report_stop_name(run->stop.reasons));
    if (run->stop.reasons & STOP_FAULT)
        fault_text(run->machine, &run->stop.fault, out);
    else if (run->stop.reasons & STOP_DIFFERENCE)
        buf_puts(out, "the engines disagree on this instruction or block");
    else if (run->stop.reasons & STOP_INTERRUPT)
        buf_puts(out, "stopped by Ctrl-C");
    else
        buf_printf(out, "stopped after %" PRIu64 " instructions; --max-insns N allows more", run->machine->n_insns);
    buf_putc(out, '\n');
    put_place(run->machine, out);
}

static void
put_cycles(uint64_t cycles, struct buf *out)
{
    buf_printf(out, "%" PRIu64, cycles / CYCLE_SCALE);
    if (cycles % CYCLE_SCALE)
        buf_printf(out, ".%03" PRIu64, cycles % CYCLE_SCALE);
}

void
report_text(const struct run *run, struct buf *out)
{
    const struct machine *m = run->machine;
    put_label(out, "program");
    buf_printf(out, "%s (%s) of %s, engine %s\n", m->program->functions[m->entry].name, m->type->name, m->program->path,
               run->target->engine->name);
    put_end(run, out);
    put_packet(run, out);
    put_outputs(m, out);
    put_maps(run, out);
    put_label(out, "counts");
    buf_printf(out, "%" PRIu64 " instruction%s, ", m->n_insns, m->n_insns == 1 ? "" : "s");
    put_cycles(m->n_cycles, out);
    buf_printf(out, " cycles (%s)\n", m->costs->name);
}

/* ---------------------------------------------------------------- JSON */

static json_t *
json_buf(struct buf *text)
{
    json_t *value = json_string(buf_text(text));
    buf_free(text);
    return value;
}

static json_t *
json_hex(const uint8_t *bytes, size_t n)
{
    struct buf text = BUF_EMPTY;
    put_hex(&text, bytes, n, "");
    return json_buf(&text);
}

/* Names come from the object and need not be UTF-8. */
static json_t *
json_name(const char *name)
{
    json_t *value = json_string(name);
    return value ? value : json_hex((const uint8_t *)name, strlen(name));
}

static void
json_change(void *arg, const struct map *map, const uint8_t *key, const uint8_t *value)
{
    struct buf name = BUF_EMPTY;
    put_hex(&name, key, map->def->key_bytes, "");
    json_object_set_new(arg, buf_text(&name), value ? json_hex(value, map->def->value_bytes) : json_null());
    buf_free(&name);
}

static json_t *
json_maps(const struct run *run)
{
    json_t *maps = json_object();
    for (uint32_t i = 0; i < run->machine->program->n_maps; i++) {
        json_t *entries = json_object();
        for_changes(run, i, json_change, entries);
        if (json_object_size(entries))
            json_object_set_new(maps, run->machine->program->maps[i].name, entries);
        else
            json_decref(entries);
    }
    return maps;
}

static json_t *
json_outputs(const struct machine *m)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < m->n_outputs; i++) {
        struct buf text = BUF_EMPTY;
        put_output(m, &m->outputs[i], &text);
        json_t *entry = json_object();
        json_object_set_new(entry, "kind", json_string(output_names[m->outputs[i].kind]));
        json_object_set_new(entry, "text", json_buf(&text));
        json_array_append_new(list, entry);
    }
    return list;
}

static json_t *
json_fault(const struct run *run)
{
    const struct machine *m = run->machine;
    const struct line *line = program_line_at(m->program, m->pc);
    struct buf text = BUF_EMPTY;
    fault_text(m, &run->stop.fault, &text);
    json_t *fault = json_object();
    json_object_set_new(fault, "pc", json_integer(m->pc));
    json_object_set_new(fault, "text", json_buf(&text));
    if (line) {
        json_object_set_new(fault, "file", json_name(m->program->files[line->file]));
        json_object_set_new(fault, "line", json_integer(line->line));
    }
    return fault;
}

/* Sets name when the list or object has anything in it. */
static void
set_unless_empty(json_t *object, const char *name, json_t *value)
{
    if (json_array_size(value) || json_object_size(value))
        json_object_set_new(object, name, value);
    else
        json_decref(value);
}

void
report_json(const struct run *run, struct buf *out)
{
    const struct machine *m = run->machine;
    const char *verdict = run->stop.reasons & STOP_EXIT ? prog_type_verdict(m->type, (uint32_t)m->regs[REG_0]) : NULL;
    struct result result;
    machine_result(run->machine, &result);
    struct buf r0 = BUF_EMPTY;
    buf_printf(&r0, "0x%" PRIx64, m->regs[REG_0]);

    json_t *object = json_object();
    json_object_set_new(object, "program", json_name(m->program->functions[m->entry].name));
    json_object_set_new(object, "type", json_string(m->type->name));
    json_object_set_new(object, "engine", json_string(run->target->engine->name));
    json_object_set_new(object, "stop", json_string(report_stop_name(run->stop.reasons)));
    json_object_set_new(object, "r0", json_buf(&r0));
    json_object_set_new(object, "verdict", verdict ? json_string(verdict) : json_null());
    json_object_set_new(object, "packet", result.packet ? json_hex(result.packet, result.packet_bytes) : json_null());
    json_object_set_new(object, "insns", json_integer((json_int_t)m->n_insns));
    json_object_set_new(object, "cycles", m->n_cycles % CYCLE_SCALE ? json_real((double)m->n_cycles / CYCLE_SCALE)
                                                                    : json_integer((json_int_t)(m->n_cycles / CYCLE_SCALE)));
    if (run->stop.reasons & STOP_FAULT)
        json_object_set_new(object, "fault", json_fault(run));
    set_unless_empty(object, "output", json_outputs(m));
    set_unless_empty(object, "maps", json_maps(run));
    char *text = json_dumps(object, JSON_COMPACT);
    buf_printf(out, "%s\n", text);
    free(text);
    json_decref(object);
}
