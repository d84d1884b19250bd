/* `ebpfdbg plugin`: the protocol by which conformance runners drive a runtime. One program per call: hex on standard input (or an object
 * with --elf), memory as the argument, r0 in hex on standard output. A failure is a message on standard output and status 1, because the
 * runner compares that message with what the test expects. */
#include "config.h"

#include "sim/base/base.h"
#include "sim/machine/machine.h"
#include "sim/machine/progtype.h"
#include "ui/engines.h"
#include "ui/input.h"
#include "ui/signals.h"
#include "ui/options.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STDIN_MAX_BYTES = 64 << 20 };                       /* hex of MAX_SLOTS instructions, with blanks */
#define PLUGIN_MAX_INSNS UINT64_C(10000000000)             /* a vector that loops for ever must end some day */

static enum err
read_stdin(struct bytes *out, struct errinfo *e)
{
    uint8_t *data = NULL;
    size_t n = 0, cap = 0, got;
    do {
        data = grow(data, n, &cap, 1);
        got = fread(data + n, 1, cap - n, stdin);
        n += got;
    } while (got && n <= STDIN_MAX_BYTES);
    if (n > STDIN_MAX_BYTES) {
        free(data);
        return err_set(e, ERR_TOO_LARGE, "standard input", 0, n, STDIN_MAX_BYTES);
    }
    *out = (struct bytes){ .data = data, .n = (uint32_t)n };
    return OK;
}

static enum err
program_from_hex(const char *name, const char *text, size_t len, struct program **out, struct errinfo *e)
{
    struct bytes code;
    enum err err = input_hex(name, text, len, MAX_SLOTS * SLOT_BYTES, &code, e);
    if (err)
        return err;
    if (!code.n || code.n % SLOT_BYTES)
        err = err_set_detail(e, ERR_INPUT, name, "instructions of 8 bytes each are wanted");
    else
        *out = program_from_code(code.data, code.n / SLOT_BYTES);
    bytes_free(&code);
    return err;
}

static enum err
read_program(const struct options *o, struct program **out, struct errinfo *e)
{
    if (o->program)
        return program_from_hex("--program", o->program, strlen(o->program), out, e);
    struct bytes input;
    enum err err = read_stdin(&input, e);
    if (err)
        return err;
    struct load_options load = { .format = FORMAT_ELF };
    if (o->elf)
        err = program_load_bytes("standard input", input.data, input.n, &load, out, e);
    else
        err = program_from_hex("standard input", (const char *)input.data, input.n, out, e);
    bytes_free(&input);
    return err;
}

/* The function "main", else what `run` would run. */
static uint32_t
entry_of(const struct program *p)
{
    const struct function *f = program_function_named(p, "main");
    return (uint32_t)((f ? f : program_default_entry(p)) - p->functions);
}

/* Runs it on the memory and appends r0 or, on false, the reason to `out`. */
static bool
execute(const struct engine *engine, const struct program *p, const struct bytes *mem, struct buf *out, struct errinfo *e)
{
    struct cost_model costs;
    cost_model_unit(&costs);
    struct machine *m = machine_new(p, &costs, NULL);
    m->interrupt = signals_interrupt();
    uint32_t entry = entry_of(p);
    const struct prog_type *type = prog_type_of_section(p->functions[entry].section);
    struct input input = { .ctx = mem->data, .ctx_bytes = mem->n };
    if (type->family == CTX_XDP)
        input = (struct input){ .packet = mem->data, .packet_bytes = mem->n };
    struct code *code = NULL;
    bool done = false;
    if (machine_start(m, entry, type, &input, e) != OK || !(code = engine->open(p, &costs, e))) {
        err_text(e, out);
    } else {
        struct stop stop = engine->run(code, m, PLUGIN_MAX_INSNS, 0);
        done = stop.reasons & STOP_EXIT;
        if (done)
            buf_printf(out, "%" PRIx64, m->regs[REG_0]);
        else if (stop.reasons & STOP_FAULT)
            fault_text(m, &stop.fault, out);
        else if (stop.reasons & STOP_DIFFERENCE)
            engine->difference(code, out);
        else
            buf_printf(out, "no exit within %" PRIu64 " instructions", m->n_insns);
    }
    if (code)
        engine->close(code);
    machine_free(m);
    return done;
}

int
plugin_main(const struct options *o)
{
    struct errinfo e;
    struct bytes mem = { 0 };
    struct program *program = NULL;
    struct buf text = BUF_EMPTY;
    bool done = false;
    const struct engine *engine = engine_named(o->engine, &e);
    enum err err = engine ? OK : e.code;
    if (!err && o->operand)
        err = input_hex("memory", o->operand, strlen(o->operand), CTX_MAX_BYTES, &mem, &e);
    if (!err)
        err = read_program(o, &program, &e);
    if (!err && !program->n_functions)
        err = err_set_detail(&e, ERR_INPUT, program->path, "there is no code in it");
    if (err)
        err_text(&e, &text);
    else
        done = execute(engine, program, &mem, &text, &e);
    puts(buf_text(&text));
    buf_free(&text);
    program_free(program);
    bytes_free(&mem);
    return done ? EXIT_DONE : EXIT_FAILED;
}
