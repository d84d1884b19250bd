/* program.files and program.lines from .BTF.ext, or else from DWARF. See debuginfo.h. Not for reading DWARF itself: dwarf.c. */
#include "config.h"

#include "sim/object/lines.h"

#include "sim/base/base.h"
#include "sim/object/btf.h"
#include "sim/object/btfext.h"
#include "sim/object/btfindex.h"
#include "sim/object/debuginfo.h"

#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

struct row {
    struct line line;
    uint32_t rank; /* order of arrival */
};

struct line_table {
    struct program *p; /* owns the files */
    struct row *rows;
    size_t n_rows, cap_rows;
    uint32_t *buckets;  /* files by name: index + 1, 0 is free; open addressing */
    uint32_t n_buckets; /* power of two, at least twice the files */
};

static uint32_t *
bucket_of(const struct line_table *t, const char *name)
{
    uint32_t i = name_hash(name, strlen(name)) & (t->n_buckets - 1);
    while (t->buckets[i] && strcmp(t->p->files[t->buckets[i] - 1], name))
        i = (i + 1) & (t->n_buckets - 1);
    return &t->buckets[i];
}

static void
widen_buckets(struct line_table *t)
{
    t->n_buckets = t->n_buckets ? 2 * t->n_buckets : 64;
    free(t->buckets);
    t->buckets = xcalloc(t->n_buckets, sizeof *t->buckets);
    for (uint32_t i = 0; i < t->p->n_files; i++)
        *bucket_of(t, t->p->files[i]) = i + 1;
}

static uint32_t
file_index(struct line_table *t, const char *name)
{
    struct program *p = t->p;
    if (2 * (p->n_files + 1) > t->n_buckets)
        widen_buckets(t);
    uint32_t *bucket = bucket_of(t, name);
    if (!*bucket) {
        *LIST_ADD(p->files, p->n_files) = xstrdup(name);
        *bucket = p->n_files;
    }
    return *bucket - 1;
}

void
line_add(struct line_table *t, const char *name, struct line line)
{
    if (!line.line)
        return;
    line.file = file_index(t, name);
    t->rows = grow(t->rows, t->n_rows, &t->cap_rows, sizeof *t->rows);
    t->rows[t->n_rows] = (struct row){ line, (uint32_t)t->n_rows };
    t->n_rows++;
}

static void
add_btf_lines(const struct object *o, struct program *p, struct line_table *t)
{
    struct btfext_walk walk;
    struct btfext_record r;
    btfext_begin(&walk, o, BTFEXT_LINES);
    while (btfext_next(&walk, &r)) {
        const char *text = btf_name(o->btf, r.word[1]);
        struct line line = { .pc = r.pc,
                             .line = BPF_LINE_INFO_LINE_NUM(r.word[2]),
                             .col = BPF_LINE_INFO_LINE_COL(r.word[2]),
                             .is_stmt = true,
                             .text = *text ? text : NULL };
        line_add(t, btf_name(o->btf, r.word[0]), line);
    }
    btfext_end(&walk, p);
}

/* By pc; of one pc the row to keep comes last: the latest of those that begin a statement, if there is one. */
static int
compare_rows(const void *left, const void *right)
{
    const struct row *a = left, *b = right;
    if (a->line.pc != b->line.pc)
        return a->line.pc < b->line.pc ? -1 : 1;
    if (a->line.is_stmt != b->line.is_stmt)
        return a->line.is_stmt ? 1 : -1;
    return a->rank < b->rank ? -1 : 1;
}

void
lines_link(struct object *o, struct program *p)
{
    struct line_table t = { .p = p };
    add_btf_lines(o, p, &t);
    if (!t.n_rows)
        lines_read_dwarf(o, p, &t);
    if (t.n_rows)
        qsort(t.rows, t.n_rows, sizeof *t.rows, compare_rows);
    for (size_t i = 0; i < t.n_rows; i++)
        if (i + 1 == t.n_rows || t.rows[i].line.pc != t.rows[i + 1].line.pc)
            *LIST_ADD(p->lines, p->n_lines) = t.rows[i].line;
    free(t.rows);
    free(t.buckets);
}
