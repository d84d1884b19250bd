/* The program: look-ups, growing lists while it is built, and the end of it. See program.h. */
#include "config.h"

#include "sim/object/object.h"

#include "sim/base/base.h"
#include "sim/object/variables.h"

#include <bpf/btf.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The last of n elements whose pc is <= `pc`, as an index; -1 when there is none. pcs points to the pc of element 0. */
static int64_t
last_at_or_before(const void *list, uint32_t n, size_t elem_bytes, size_t pc_off, uint32_t pc)
{
    uint32_t lo = 0, hi = n;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        uint32_t at;
        memcpy(&at, (const char *)list + mid * elem_bytes + pc_off, sizeof at);
        if (at <= pc)
            lo = mid + 1;
        else
            hi = mid;
    }
    return (int64_t)lo - 1;
}

const struct function *
program_function_at(const struct program *p, uint32_t pc)
{
    int64_t i = last_at_or_before(p->functions, p->n_functions, sizeof *p->functions, offsetof(struct function, pc), pc);
    if (i < 0 || pc - p->functions[i].pc >= p->functions[i].n_slots)
        return NULL;
    return &p->functions[i];
}

static bool
is_tail_call_target(const struct program *p, uint32_t function)
{
    for (uint32_t i = 0; i < p->n_maps; i++)
        for (uint32_t k = 0; p->maps[i].type == BPF_MAP_TYPE_PROG_ARRAY && k < p->maps[i].n_presets; k++)
            if (p->maps[i].presets[k].index == function)
                return true;
    return false;
}

const struct function *
program_default_entry(const struct program *p)
{
    const struct function *first = NULL;
    for (uint32_t i = 0; i < p->n_functions; i++) {
        if (!p->functions[i].is_program)
            continue;
        if (!is_tail_call_target(p, i))
            return &p->functions[i];
        first = first ? first : &p->functions[i];
    }
    return first || !p->n_functions ? first : &p->functions[0];
}

const struct function *
program_function_named(const struct program *p, const char *name)
{
    for (uint32_t i = 0; i < p->n_functions; i++)
        if (strcmp(p->functions[i].name, name) == 0)
            return &p->functions[i];
    return NULL;
}

const struct map_def *
program_map_named(const struct program *p, const char *name)
{
    for (uint32_t i = 0; i < p->n_maps; i++)
        if (strcmp(p->maps[i].name, name) == 0)
            return &p->maps[i];
    return NULL;
}

const struct data_var *
program_var_named(const struct program *p, const char *name)
{
    for (uint32_t i = 0; i < p->n_vars; i++)
        if (strcmp(p->vars[i].name, name) == 0)
            return &p->vars[i];
    return NULL;
}

const struct line *
program_line_at(const struct program *p, uint32_t pc)
{
    int64_t i = last_at_or_before(p->lines, p->n_lines, sizeof *p->lines, offsetof(struct line, pc), pc);
    const struct function *f = program_function_at(p, pc);
    if (i < 0 || !f || p->lines[i].pc < f->pc)
        return NULL;
    return &p->lines[i];
}

const struct ref *
program_ref_at(const struct program *p, uint32_t pc, enum ref_kind kind)
{
    int64_t i = last_at_or_before(p->refs, p->n_refs, sizeof *p->refs, offsetof(struct ref, pc), pc);
    for (; i >= 0 && p->refs[i].pc == pc; i--)
        if (p->refs[i].kind == kind)
            return &p->refs[i];
    return NULL;
}

void *
list_room(void *list, uint32_t n, size_t elem_bytes)
{
    if ((n & (n - 1)) == 0)
        list = xrealloc(list, (n ? 2 * (size_t)n : 1) * elem_bytes);
    memset((char *)list + n * elem_bytes, 0, elem_bytes);
    return list;
}

void
object_make_printable(char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7f)
            *text = '?';
}

char *
object_name(const char *name)
{
    char *copy = xstrndup(name, OBJECT_NAME_MAX);
    if (strlen(copy) == OBJECT_NAME_MAX)
        memcpy(copy + OBJECT_NAME_MAX - 3, "...", 3);
    object_make_printable(copy);
    return copy;
}

void
program_note(struct program *p, int64_t pc, const char *format, ...)
{
    char text[512];
    va_list args;
    if (p->n_notes >= MAX_NOTES) {
        p->n_notes_lost++;
        return;
    }
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    object_make_printable(text);
    struct note *note = LIST_ADD(p->notes, p->n_notes);
    note->pc = pc;
    note->text = xstrdup(text);
}

void
program_free(struct program *p)
{
    if (!p)
        return;
    for (uint32_t i = 0; i < p->n_functions; i++) {
        free(p->functions[i].name);
        free(p->functions[i].section);
    }
    for (uint32_t i = 0; i < p->n_maps; i++) {
        free(p->maps[i].name);
        free(p->maps[i].presets);
        free(p->maps[i].init);
    }
    for (uint32_t i = 0; i < p->n_externs; i++)
        free(p->externs[i].name);
    for (uint32_t i = 0; i < p->n_core_relos; i++)
        free(p->core_relos[i].spec);
    for (uint32_t i = 0; i < p->n_files; i++)
        free(p->files[i]);
    for (uint32_t i = 0; i < p->n_vars; i++)
        free(p->vars[i].name);
    free(p->vars);
    for (uint32_t i = 0; i < p->n_notes; i++)
        free(p->notes[i].text);
    free(p->path);
    free(p->code);
    free(p->insns);
    free(p->functions);
    free(p->maps);
    free(p->refs);
    free(p->externs);
    free(p->core_relos);
    free(p->files);
    free(p->lines);
    free(p->notes);
    variables_free(p->variables);
    btf__free(p->btf);
    free(p);
}
