/* Source lines from BTF and from DWARF, of clang and of gcc, held against the source itself. */
#include "config.h"

#include "sim/base/base.h"
#include "tests/object/objects.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_SOURCE_LINES = 100 };

struct source {
    char *lines[MAX_SOURCE_LINES + 1]; /* [1] is the first */
    uint32_t n;
};

static void
read_source(struct source *s)
{
    const char *top = getenv("top_srcdir");
    char path[4096], line[400];
    snprintf(path, sizeof path, "%s/tests/object/lines.bpf.c", top ? top : ".");
    FILE *file = fopen(path, "r");
    cr_assert(file, "%s", path);
    s->n = 0;
    while (s->n < MAX_SOURCE_LINES && fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        s->lines[++s->n] = xstrdup(line);
    }
    fclose(file);
}

static void
free_source(struct source *s)
{
    for (uint32_t i = 1; i <= s->n; i++)
        free(s->lines[i]);
}

/* The line with that marker. */
static uint32_t
marked(const struct source *s, const char *word, const char *name)
{
    char marker[64];
    snprintf(marker, sizeof marker, "%s %s */", word, name);
    for (uint32_t i = 1; i <= s->n; i++)
        if (strstr(s->lines[i], marker))
            return i;
    cr_assert_fail("no marker %s", marker);
    return 0;
}

struct variant {
    char object[32];
    bool has_text;
};

ParameterizedTestParameters(lines, are_those_of_the_source)
{
    static struct variant rows[] = {
        { "lines-v1.o", true }, { "lines-v2.o", true }, { "lines-v3.o", true }, { "lines-dwarf4.o", false },
        { "lines-dwarf5.o", false }, { "lines-gccdwarf.o", false },
    };
    return cr_make_param_array(struct variant, rows, ARRAY_LEN(rows));
}

/* Every instruction of a function has a line, and it is one of that function. */
ParameterizedTest(struct variant *v, lines, are_those_of_the_source)
{
    static const char *const names[] = { "helper", "one", "two", "three" };
    struct source source;
    struct program *p = object_load(v->object);
    read_source(&source);
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        const struct function *f = function_named(p, names[i]);
        uint32_t begin = marked(&source, "begin", f->name), end = marked(&source, "end", f->name), n_seen = 0;
        bool is_seen[MAX_SOURCE_LINES + 1] = { false };
        for (uint32_t pc = f->pc; pc < f->pc + f->n_slots; pc++) {
            const struct line *line = program_line_at(p, pc);
            cr_assert(line, "%s: %s: no line at %u", v->object, f->name, pc);
            cr_assert(line->line >= begin && line->line <= end, "%s: %s: line %u at %u", v->object, f->name, line->line, pc);
            cr_expect_eq(line->text != NULL, v->has_text);
            cr_expect(!line->text || !strcmp(line->text, source.lines[line->line]), "%s: line %u is %s", v->object, line->line, line->text);
            n_seen += !is_seen[line->line];
            is_seen[line->line] = true;
        }
        cr_expect_geq(n_seen, 2, "%s: %s: only %u different lines", v->object, f->name, n_seen);
    }
    for (uint32_t i = 0; i < p->n_lines; i++) {
        cr_expect(!i || p->lines[i].pc > p->lines[i - 1].pc, "%s: not sorted at %u", v->object, i);
        cr_assert_lt(p->lines[i].file, p->n_files);
        const char *file = p->files[p->lines[i].file];
        cr_expect(strlen(file) > 11 && !strcmp(file + strlen(file) - 11, "lines.bpf.c"), "%s: file %s", v->object, file);
    }
    free_source(&source);
    program_free(p);
}

/* The same compilation says the same in both formats, but for the line where a function begins: BTF names the one with its name,
 * DWARF the one with its brace. */
Test(lines, dwarf_as_btf)
{
    static const char *const names[] = { "lines-dwarf4.o", "lines-dwarf5.o" };
    struct program *btf = object_load("lines-v3.o");
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        struct program *dwarf = object_load(names[i]);
        cr_assert_eq(dwarf->n_slots, btf->n_slots);
        cr_assert_eq(dwarf->n_lines, btf->n_lines);
        for (uint32_t k = 0; k < btf->n_lines; k++) {
            const struct line *b = &btf->lines[k], *d = &dwarf->lines[k];
            cr_expect_eq(b->pc, d->pc);
            cr_expect(b->line == d->line || (b->col == 0 && b->line + 1 == d->line), "%s: line %u at %u, BTF says %u", names[i], d->line,
                      d->pc, b->line);
            cr_expect_eq(b->col, d->col);
            cr_expect_str_eq(btf->files[b->file], dwarf->files[d->file]);
        }
        program_free(dwarf);
    }
    program_free(btf);
}

Test(lines, functions_have_types)
{
    struct program *p = object_load("lines-v3.o");
    for (uint32_t i = 0; i < p->n_functions; i++)
        cr_expect_neq(p->functions[i].btf_id, 0, "%s", p->functions[i].name);
    program_free(p);
}
