/* Seeds: small inputs from the test vectors and from the tables. See material.h. */
#include "config.h"

#include "tests/fuzz/material.h"

#include "debugger/command.h"
#include "jit/diff/findfile.h"
#include "jit/diff/generate.h"
#include "jit/diff/mutate.h"
#include "sim/base/base.h"
#include "sim/isa/disasm.h"
#include "sim/object/layout.h"
#include "tests/fuzz/case.h"
#include "tests/isa/vector.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { N_GENERATED = 24, DEFAULT_BUDGET_LOG2 = 12 };

/* Where to, and whether all went well so far. */
struct sink {
    const char *folder;
    bool is_good;
};

static void
put(struct sink *s, const char *name, const void *bytes, size_t n)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", s->folder, name);
    FILE *file = fopen(path, "wb");
    bool is_written = file && fwrite(bytes, 1, n, file) == n;
    if (!file || fclose(file) || !is_written) {
        perror(path);
        s->is_good = false;
    }
}

static void
put_case(struct sink *s, const char *name, const struct fuzz_case *c)
{
    uint8_t bytes[CASE_MAX_BYTES];
    size_t n = case_write(c, bytes, sizeof bytes);
    if (n)
        put(s, name, bytes, n);
}

/* ---------------------------------------------------------------- what each target gets */

static void
case_vector(struct sink *s, const struct vector *v)
{
    static struct fuzz_case c;
    c.budget_log2 = DEFAULT_BUDGET_LOG2;
    c.watched_addr = (uint32_t)STACK_TOP - 8;
    c.subject.n_slots = v->n_slots;
    c.subject.n_input = v->mem_bytes;
    if (v->n_slots > CASE_MAX_SLOTS || v->mem_bytes > SUBJECT_MAX_INPUT)
        return;
    memcpy(c.subject.code, v->code, (size_t)v->n_slots * SLOT_BYTES);
    if (v->mem_bytes)
        memcpy(c.subject.input, v->mem, v->mem_bytes);
    put_case(s, v->name, &c);
}

static void
case_more(struct sink *s)
{
    static struct fuzz_case c;
    for (uint32_t seed = 1; seed <= N_GENERATED; seed++) {
        char name[32];
        struct generator generator;
        struct generate_options options = generate_everything;
        options.n_insns = 4 * seed;
        generator_init(&generator, &options);
        generate_subject(&generator, seed, &c.subject);
        c.options = (uint8_t)(seed % 16);
        c.watched_reg = (uint8_t)(seed % N_REGS);
        c.watched_addr = (uint32_t)STACK_TOP - 8 * (1 + seed);
        c.budget_log2 = DEFAULT_BUDGET_LOG2;
        snprintf(name, sizeof name, "generated-%u", seed);
        if (c.subject.n_slots <= CASE_MAX_SLOTS)
            put_case(s, name, &c);
    }
}

/* A find with all that its file can say. */
static void
put_find(struct sink *s, const char *name, const struct find *find)
{
    struct buf text = BUF_EMPTY;
    findfile_write(find, &(struct cause){ .is_named = true, .kind = DIFFERENCE_STATE }, "", &text);
    put(s, name, buf_text(&text), text.len);
    buf_free(&text);
}

static void
findfile_more(struct sink *s)
{
    static struct find find = { .left = "interp", .right = "jit", .first.kind = DIFFERENCE_STATE };
    static struct subject generated;
    for (uint32_t seed = 1; seed <= N_GENERATED; seed++) {
        char name[32];
        struct generator generator;
        struct generate_options options = generate_everything;
        options.n_insns = 4 * seed;
        generator_init(&generator, &options);
        generate_subject(&generator, seed, &generated);
        mutate_subject(seed, &generated, NULL, &find.subject);
        snprintf(name, sizeof name, "mutated-%u", seed);
        put_find(s, name, &find);
        subject_copy(&find.subject, &generated);
        snprintf(name, sizeof name, "generated-%u", seed);
        put_find(s, name, &find);
    }
}

static void
insns_vector(struct sink *s, const struct vector *v)
{
    put(s, v->name, v->code, (size_t)v->n_slots * SLOT_BYTES);
}

/* Mnemonic syntax: what people write, with labels, comes from the vectors' own text. */
static void
asm_vector(struct sink *s, const struct vector *v)
{
    struct buf text = BUF_EMPTY;
    struct insn insn;
    for (uint32_t pc = 0; pc < v->n_slots; pc += insn_slots(&insn)) {
        insn_decode(v->code, v->n_slots, pc, &insn, NULL);
        insn_disasm(&insn, pc, SYNTAX_MNEMONIC, NULL, &text);
        buf_putc(&text, '\n');
    }
    put(s, v->name, buf_text(&text), text.len);
    buf_free(&text);
}

/* Every command as it is, and its help. */
static void
commands_more(struct sink *s)
{
    static const char *const letters[] = { "", "a", "r", "ar", "j", "jr", "s", "as", "rs" };
    for (uint32_t i = 0; i < n_command_infos; i++) {
        const struct command_info *c = &command_infos[i];
        struct buf text = BUF_EMPTY;
        const char *parent = c->parent ? c->parent : "", *gap = c->parent ? " " : "";
        char name[32];
        buf_printf(&text, "%s\n%s%s%s\nhelp %s%s%s\n", letters[i % ARRAY_LEN(letters)], parent, gap, c->name, parent, gap, c->name);
        snprintf(name, sizeof name, "command-%u", i);
        put(s, name, buf_text(&text), text.len);
        buf_free(&text);
    }
}

static void
costfile_more(struct sink *s)
{
    struct buf text = BUF_EMPTY;
    buf_puts(&text, "ebpfcost 1\n# every row\n[meta]\nname = all\nsource = here\nclock_ghz = 3.5\nerror_mape = 0.2\n[insn]\n");
    for (uint32_t op = 0; op < N_OPS; op++)
        buf_printf(&text, "%s = %u.%u\n", insn_rows[op].name, op, op % 10);
    buf_puts(&text, "mul* = 3 jcc = 1 0x2f=4\n[helper]\ndefault = 20\n1 = 25.5\n511=0\n");
    put(s, "all", buf_text(&text), text.len);
    buf_free(&text);
}

/* A pcapng capture of one Ethernet frame: section header, interface, enhanced packet. Captures of libpcap's own format are files. */
static void
input_more(struct sink *s)
{
    static const uint32_t pcapng[] = {
        0x0a0d0d0a, 28, 0x1a2b3c4d, 1, UINT32_MAX, UINT32_MAX, 28,
        1, 20, 1, 0, 20,
        6, 48, 0, 0, 0, 16, 16, 0x33221100, 0x77665544, 0xbbaa9988, 0xffeeddcc, 48,
    };
    static const char fields[] = "mark=7,priority=0x10,cb[0]=1,ifindex=1";
    put(s, "packet.pcapng", pcapng, sizeof pcapng);
    put(s, "fields", fields, sizeof fields - 1);
}

static const struct {
    const char *target;
    void (*vector)(struct sink *s, const struct vector *v);
    void (*more)(struct sink *s);
} makers[] = {
    { "engines", case_vector, case_more }, { "lockstep", case_vector, case_more },   { "insns", insns_vector, NULL },
    { "asm", asm_vector, NULL },           { "commands", NULL, commands_more },      { "costfile", NULL, costfile_more },
    { "input", NULL, input_more },         { "findfile", NULL, findfile_more },
};

bool
seeds_write(const char *target, const char *vectors, const char *folder)
{
    struct sink sink = { .folder = folder, .is_good = false };
    for (size_t i = 0; i < ARRAY_LEN(makers); i++) {
        if (strcmp(makers[i].target, target))
            continue;
        uint32_t n = 0;
        struct buf errors = BUF_EMPTY;
        struct vector *list = makers[i].vector ? vectors_read(vectors, &n, &errors) : NULL;
        sink.is_good = !errors.len;
        fputs(buf_text(&errors), stderr);
        for (uint32_t k = 0; k < n; k++)
            makers[i].vector(&sink, &list[k]);
        if (makers[i].more)
            makers[i].more(&sink);
        vectors_free(list, n);
        buf_free(&errors);
    }
    return sink.is_good;
}
