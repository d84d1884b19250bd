/* Commands about what the program runs on: packet, context, scripted results of helpers. While the program runs they look at and change
 * its own memory; otherwise the input of the next run. */
#include "config.h"

#include "debugger/bytes.h"
#include "debugger/call.h"
#include "debugger/data.h"
#include "debugger/select.h"
#include "sim/base/base.h"
#include "sim/machine/helper.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The machine's packet and context are of interest while it runs and after it has ended, until the input is changed. */
static bool
shows_machine(const struct session *s)
{
    return s->is_running || (s->event.kind == EVENT_EXIT && !s->input_is_newer);
}

enum err
cmd_packet_show(struct call *c)
{
    const struct session *s = c->s;
    if (shows_machine(s) && s->machine->packet.is_present) {
        const struct packet *p = &s->machine->packet;
        buf_printf(c->out, "Packet %s: %u bytes, data 0x%x-0x%x", s->is_running ? "of the running program" : "after the run",
                   p->end - p->data, p->data, p->end);
        if (p->meta < p->data)
            buf_printf(c->out, ", %u bytes of metadata before it", p->data - p->meta);
        buf_putc(c->out, '\n');
        bytes_dump(memory_host(&s->machine->mem, p->data), p->end - p->data, c->out);
        return OK;
    }
    if (!s->input.packet) {
        buf_puts(c->out, "There is no packet.\n");
        return OK;
    }
    buf_printf(c->out, "Packet for the next run: %u bytes\n", s->input.packet_bytes);
    bytes_dump(s->input.packet, s->input.packet_bytes, c->out);
    return OK;
}

enum err
cmd_packet_load(struct call *c)
{
    struct session *s = c->s;
    struct input input = s->input;
    uint8_t *bytes;
    if (!*c->text)
        return err_set(c->e, ERR_ARGUMENT, "file name or hex digits", 0, 0, 0);
    enum err err = s->config.read_packet ? s->config.read_packet(s->config.arg, c->text, &bytes, &input.packet_bytes, c->e)
                                         : bytes_load(c->text, PACKET_MAX_BYTES, &bytes, &input.packet_bytes, c->e);
    if (err)
        return err;
    input.packet = bytes;
    err = session_set_input(s, &input, c->e);
    free(bytes);
    if (!err && s->is_running)
        buf_puts(c->out, "The running program keeps its packet; this one is for the next run.\n");
    return err;
}

/* OFFSET HEX: writes bytes into `to` of n bytes. */
static enum err
patch(struct call *c, uint8_t *to, uint32_t n)
{
    size_t len = strcspn(c->text, " \t");
    char *word = xstrndup(c->text, len);
    uint64_t off = 0;
    uint8_t *bytes = NULL;
    uint32_t n_bytes = 0;
    enum err err = len ? expr_number(c->s, word, &off, c->e) : err_set(c->e, ERR_ARGUMENT, "offset and hex digits", 0, 0, 0);
    if (!err)
        err = bytes_parse_hex(c->text + len, PACKET_MAX_BYTES, &bytes, &n_bytes, c->e);
    if (!err && (off > n || n_bytes > n - off))
        err = err_set(c->e, ERR_PACKET_RANGE, NULL, off, n_bytes, n);
    if (!err)
        memcpy(to + off, bytes, n_bytes);
    free(bytes);
    free(word);
    return err;
}

enum err
cmd_packet_set(struct call *c)
{
    struct session *s = c->s;
    if (s->is_running && s->machine->packet.is_present) {
        const struct packet *p = &s->machine->packet;
        return patch(c, memory_host(&s->machine->mem, p->data), p->end - p->data);
    }
    if (!s->input.packet)
        return err_set(c->e, ERR_DEBUGGER, "There is no packet.", 0, 0, 0);
    s->input_is_newer = true;
    return patch(c, s->input_packet, s->input.packet_bytes);
}

/* The type whose fields are meant; NULL: no program. */
static const struct prog_type *
current_type(const struct session *s)
{
    if (s->is_running)
        return s->machine->type;
    return s->program && s->entry >= 0 ? select_type(s) : NULL;
}

static uint64_t
field_value(const uint8_t *ctx, uint32_t ctx_bytes, const struct ctx_field *f)
{
    uint64_t value = 0;
    if (ctx && f->off + f->bytes <= ctx_bytes && f->bytes <= 8)
        memcpy(&value, ctx + f->off, f->bytes);
    return value;
}

static void
put_fields(struct session *s, const struct prog_type *type, const uint8_t *ctx, uint32_t n, struct buf *out)
{
    (void)s;
    for (uint32_t i = 0; i < type->n_fields; i++) {
        const struct ctx_field *f = &type->fields[i];
        buf_printf(out, "  +%-4u %s", f->off, f->name);
        buf_pad(out, 26);
        if (f->bytes > 8) {
            for (uint32_t k = 0; k < f->bytes; k++)
                buf_printf(out, "%s%02x", k ? " " : "", f->off + k < n ? ctx[f->off + k] : 0);
        } else {
            uint64_t value = field_value(ctx, n, f);
            buf_printf(out, "0x%" PRIx64, value);
            buf_pad(out, 40);
            buf_printf(out, " %" PRIu64, value);
        }
        if (f->is_input || f->access & CTX_WRITE)
            buf_pad(out, 54);
        buf_printf(out, "%s%s\n", f->is_input ? " input" : "", f->access & CTX_WRITE ? " writable" : "");
    }
}

enum err
cmd_ctx_show(struct call *c)
{
    struct session *s = c->s;
    const struct prog_type *type = current_type(s);
    bool is_machine = shows_machine(s) && s->machine->ctx == GUEST_CTX;
    const uint8_t *ctx = is_machine ? memory_host(&s->machine->mem, GUEST_CTX) : s->input.ctx;
    if (!type)
        return err_set(c->e, ERR_NO_SYMBOL_TABLE, NULL, 0, 0, 0);
    if (type->family == CTX_GENERIC) {
        buf_puts(c->out, "The program's context is its memory: see \"packet show\".\n");
        return OK;
    }
    uint32_t n = is_machine ? type->ctx_bytes : s->input.ctx_bytes;
    const char *whose = s->is_running ? "of the running program" : is_machine ? "after the run" : "for the next run";
    buf_printf(c->out, "Context %s (%s, %u bytes):\n", whose, type->name, type->ctx_bytes);
    if (type->fields)
        put_fields(s, type, ctx, ctx ? n : 0, c->out);
    else if (ctx)
        bytes_dump(ctx, n, c->out);
    else
        buf_puts(c->out, "all zero\n");
    return OK;
}

enum err
cmd_ctx_load(struct call *c)
{
    struct session *s = c->s;
    struct input input = s->input;
    uint8_t *bytes;
    if (!*c->text)
        return err_set(c->e, ERR_ARGUMENT, "file name or hex digits", 0, 0, 0);
    enum err err = bytes_load(c->text, CTX_MAX_BYTES, &bytes, &input.ctx_bytes, c->e);
    if (err)
        return err;
    input.ctx = bytes;
    err = session_set_input(s, &input, c->e);
    free(bytes);
    return err;
}

/* The place of FIELD, or of OFFSET with as many bytes as the number that follows needs (8). */
static enum err
find_field(struct call *c, const struct prog_type *type, const char *word, uint32_t *off, uint32_t *n)
{
    uint64_t number;
    for (uint32_t i = 0; i < type->n_fields; i++) {
        if (strcmp(type->fields[i].name, word) == 0) {
            *off = type->fields[i].off;
            *n = type->fields[i].bytes;
            return OK;
        }
    }
    if (!isdigit((unsigned char)*word))
        return err_set(c->e, ERR_NO_FIELD, word, 0, 0, 0);
    enum err err = expr_number(c->s, word, &number, c->e);
    if (err)
        return err;
    *n = 8;
    if (number + *n > type->ctx_bytes)
        return err_set(c->e, ERR_CTX_RANGE, NULL, number, *n, type->ctx_bytes);
    *off = (uint32_t)number;
    return OK;
}

/* Makes the next run's context long enough for [off, off + n) and puts the bytes there. An XDP context says how long the packet is, or
 * the kernel refuses it. */
static enum err
set_input_field(struct session *s, const struct prog_type *type, uint32_t off, const uint8_t *bytes, uint32_t n, struct errinfo *e)
{
    enum { XDP_MD_DATA_END = 4 };
    struct input input = s->input;
    uint32_t n_ctx = input.ctx_bytes > off + n ? input.ctx_bytes : off + n;
    if (type->family == CTX_XDP && n_ctx < 8)
        n_ctx = 8;
    uint8_t *ctx = xcalloc(1, n_ctx + 1u);
    if (input.ctx)
        memcpy(ctx, input.ctx, input.ctx_bytes);
    else if (type->family == CTX_XDP)
        memcpy(ctx + XDP_MD_DATA_END, &input.packet_bytes, sizeof input.packet_bytes);
    memcpy(ctx + off, bytes, n);
    input.ctx = ctx;
    input.ctx_bytes = n_ctx;
    enum err err = session_set_input(s, &input, e);
    free(ctx);
    return err;
}

enum err
cmd_ctx_set(struct call *c)
{
    struct session *s = c->s;
    const struct prog_type *type = current_type(s);
    uint8_t bytes[64];
    uint32_t off = 0, n = 0;
    size_t len = strcspn(c->text, " \t=");
    const char *value = c->text + len + strspn(c->text + len, " \t=");
    if (!len || !*value)
        return err_set(c->e, ERR_ARGUMENT, "field and value", 0, 0, 0);
    if (!type || type->family == CTX_GENERIC)
        return err_set(c->e, ERR_DEBUGGER, "The program's context is its memory: see \"packet set\".", 0, 0, 0);
    char *word = xstrndup(c->text, len);
    enum err err = find_field(c, type, word, &off, &n);
    free(word);
    if (!err && n > sizeof bytes)
        err = err_set(c->e, ERR_CTX_RANGE, NULL, off, n, sizeof bytes);
    if (!err)
        err = bytes_parse_exact(s, value, bytes, n, c->e);
    if (err)
        return err;
    if (s->is_running)
        return data_write(s, s->machine->ctx + off, bytes, n, c->e);
    return set_input_field(s, type, off, bytes, n, c->e);
}

/* A helper's number, or ~index of a kfunc. */
static enum err
callee_id(struct call *c, const char *name, int32_t *out)
{
    const struct program *p = c->s->program;
    uint64_t number;
    *out = helper_id(name);
    if (*out >= 0)
        return OK;
    for (uint32_t i = 0; i < p->n_externs; i++) {
        if (p->externs[i].is_func && strcmp(p->externs[i].name, name) == 0) {
            *out = (int32_t)~i;
            return OK;
        }
    }
    if (!isdigit((unsigned char)*name))
        return err_set(c->e, ERR_NO_HELPER, name, 0, 0, 0);
    enum err err = expr_number(c->s, name, &number, c->e);
    if (!err && number > INT32_MAX)
        err = err_set(c->e, ERR_NO_HELPER, name, 0, 0, 0);
    if (!err)
        *out = (int32_t)number;
    return err;
}

enum err
cmd_helper(struct call *c)
{
    size_t len = strcspn(c->text, " \t");
    const char *rest = c->text + len + strspn(c->text + len, " \t");
    uint64_t value = 0;
    int32_t id = 0;
    if (strncmp(rest, "return", 6) != 0 || !isspace((unsigned char)rest[6]))
        return err_set(c->e, ERR_DEBUGGER, "Usage: helper NAME|ID return VALUE", 0, 0, 0);
    char *name = xstrndup(c->text, len);
    enum err err = callee_id(c, name, &id);
    free(name);
    if (!err)
        err = expr_number(c->s, rest + 6, &value, c->e);
    if (!err)
        machine_script_helper(c->s->machine, id, value);
    return err;
}
