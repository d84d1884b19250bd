/* Dictionaries: the words of each language, from the tables that define it. See material.h. */
#include "config.h"

#include "tests/fuzz/material.h"

#include "debugger/command.h"
#include "debugger/settings.h"
#include "sim/base/base.h"
#include "sim/isa/disasm.h"
#include "sim/machine/helper.h"
#include "sim/machine/progtype.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_WORD_BYTES = 64, MAX_HELPER_ID = 512 };

/* The words so far, each once. */
struct words {
    char **list;
    size_t n, cap;
};

static void
add_n(struct words *w, const char *word, size_t len)
{
    if (!len || len > MAX_WORD_BYTES)
        return;
    for (size_t i = 0; i < w->n; i++)
        if (strlen(w->list[i]) == len && !memcmp(w->list[i], word, len))
            return;
    w->list = grow(w->list, w->n, &w->cap, sizeof *w->list);
    w->list[w->n++] = xstrndup(word, len);
}

static void
add(struct words *w, const char *word)
{
    add_n(w, word, strlen(word));
}

/* Each word of a text that is separated by any of these bytes. */
static void
add_each(struct words *w, const char *text, const char *separators)
{
    while (*text) {
        size_t len = strcspn(text, separators);
        add_n(w, text, len);
        text += len;
        text += strspn(text, separators);
    }
}

static void
print(struct words *w)
{
    for (size_t i = 0; i < w->n; i++) {
        putchar('"');
        for (const char *p = w->list[i]; *p; p++)
            printf(*p == '"' || *p == '\\' ? "\\%c" : isprint((unsigned char)*p) ? "%c" : "\\x%02x", (unsigned char)*p);
        puts("\"");
        free(w->list[i]);
    }
    free(w->list);
}

/* ---------------------------------------------------------------- languages */

static void
add_helpers(struct words *w)
{
    for (int32_t id = 0; id < MAX_HELPER_ID; id++)
        if (helper_name(id))
            add(w, helper_name(id));
}

static void
add_types(struct words *w)
{
    for (uint32_t i = 0; i < n_prog_types; i++)
        add(w, prog_types[i].name);
}

static void
add_fields(struct words *w, const char *after)
{
    struct buf word = BUF_EMPTY;
    for (uint32_t i = 0; i < n_prog_types; i++)
        for (uint32_t k = 0; k < prog_types[i].n_fields; k++) {
            buf_clear(&word);
            buf_printf(&word, "%s%s", prog_types[i].fields[k].name, after);
            add(w, buf_text(&word));
        }
    buf_free(&word);
}

/* What the disassembler writes, for every row, cut at blanks. */
static void
asm_words(struct words *w)
{
    for (uint16_t op = 0; op < N_OPS; op++)
        for (int syntax = SYNTAX_KERNEL; syntax <= SYNTAX_MNEMONIC; syntax++) {
            const struct insn_row *row = &insn_rows[op];
            struct insn insn = { .op = op, .dst = REG_1, .src = row->fields & Fs ? REG_2 : row->src, .off = row->fields & Fo ? 8 : row->off,
                                 .imm = row->fields & Fi ? 5 : row->imm };
            struct buf text = BUF_EMPTY;
            insn_disasm(&insn, 0, syntax, NULL, &text);
            add_each(w, buf_text(&text), " ,");
            buf_free(&text);
        }
    add_helpers(w);
    add_each(w, "r0 r10 w0 w9 // # ; label: goto label", " ");
}

static void
findfile_words(struct words *w)
{
    asm_words(w);
    add_types(w);
    add_each(w, "# ebpfdbg find\n# first: \n after \n# engines: \n# type: \n# packet: \n# targets: \n# may-goto-limit: \n# raw: 0=", "\n");
}

static void
object_words(struct words *w)
{
    for (uint32_t i = 0; i < n_prog_types; i++)
        for (const char *const *section = prog_types[i].sections; section && *section; section++)
            add(w, *section);
    add_each(w, ".maps maps .BTF .BTF.ext .rodata .data .bss .kconfig .ksyms license version .text .symtab .strtab", " ");
}

static void
command_words(struct words *w)
{
    for (uint32_t i = 0; i < n_command_infos; i++) {
        const struct command_info *c = &command_infos[i];
        struct buf word = BUF_EMPTY;
        buf_printf(&word, "\n%s%s%s ", c->parent ? c->parent : "", c->parent ? " " : "", c->name);
        add(w, buf_text(&word));
        buf_free(&word);
        add_each(w, c->aliases, " ");
        add_each(w, c->usage, " []|.<>");
    }
    for (uint32_t i = 0; i < n_setting_infos; i++) {
        add(w, setting_infos[i].name);
        add_each(w, setting_infos[i].values ? setting_infos[i].values : "", " ");
    }
    add_helpers(w);
    add_types(w);
    add_fields(w, "");
    add_each(w, "$r0 $r10 $w1 $pc $sp $icount $_ $__ $ $$ $1 $arg0 $argc $_exitcode main mix values twice origin corners counter text shade zero "
                "*(u32*) (char) {int} sizeof( (struct enum ->x .y [1] @ += == != && || << >> ? /x /8xb /3i /s /-4xg end if unlimited",
             " ");
}

static void
cost_words(struct words *w)
{
    for (uint32_t op = 0; op < N_OPS; op++)
        add(w, insn_rows[op].name);
    add_each(w, "ebpfcost [meta] [insn] [helper] name source clock_ghz error_mape default alu jcc ldx stx atomic call exit lddw mul* *_k 0x07 = # 0.25",
             " ");
}

static void
option_words(struct words *w)
{
#define OPTION(field, kind, long_name, ...) add(w, "--" long_name);
#define ALIAS(long_name, ...) add(w, "--" long_name);
#include "ui/options.def"
#define SUBCOMMAND(name, ...) add(w, #name);
#include "ui/subcommand.def"
}

static void
input_words(struct words *w)
{
    add_fields(w, "=");
    add_each(w, "0x 0010: 0x0010: # cb[0]= cb[4]= remote_ip6[3]=", " ");
    add(w, "\n");
}

static const struct {
    const char *target;
    void (*words)(struct words *w);
} languages[] = {
    { "asm", asm_words },         { "object", object_words },   { "commands", command_words },
    { "costfile", cost_words },   { "options", option_words },  { "input", input_words },
    { "findfile", findfile_words }, { "debuginfo", object_words },
};

bool
dictionary_print(const char *target)
{
    struct words words = { 0 };
    for (size_t i = 0; i < ARRAY_LEN(languages); i++)
        if (!strcmp(languages[i].target, target)) {
            languages[i].words(&words);
            print(&words);
            return true;
        }
    return false;
}
