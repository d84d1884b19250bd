/* Programs that fuzzing mutates. See corpus.h. */
#include "config.h"

#include "ui/corpus.h"

#include "jit/diff/findfile.h"
#include "jit/diff/mutate.h"
#include "sim/base/base.h"
#include "sim/machine/helper.h"
#include "ui/input.h"
#include "ui/message.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static enum err
add(struct corpus *corpus, const char *path, const struct subject *s, struct errinfo *e)
{
    if (corpus->n == CORPUS_MAX)
        return err_set_detail(e, ERR_INPUT, path, "a corpus is at most 1024 programs: give a directory with fewer of them");
    struct subject *copy = xmalloc(sizeof *copy);
    subject_copy(copy, s);
    corpus->list[corpus->n++] = copy;
    return OK;
}

/* The type that a program runs as: what needs more than a packet is plain code on memory here. */
static const struct prog_type *
type_of(const struct function *function)
{
    const struct prog_type *type = prog_type_of_section(function->section);
    return subject_takes_type(type) ? type : prog_type_named("generic");
}

static enum err
add_object(struct corpus *corpus, const char *path, const struct bytes *file, struct errinfo *e)
{
    const struct load_options load = { .helper_id = helper_id };
    struct program *p = NULL;
    struct subject *s = xcalloc(1, sizeof *s);
    uint32_t n = corpus->n;
    enum err err = program_load_bytes(path, file->data, file->n, &load, &p, e);
    for (uint32_t i = 0; !err && i < p->n_functions; i++)
        if (p->functions[i].is_program && subject_of_program(p, i, type_of(&p->functions[i]), s))
            err = add(corpus, path, s, e);
    if (!err && corpus->n == n)
        err = err_set_detail(e, ERR_INPUT, path, "it has no program that can stand alone");
    program_free(p);
    free(s);
    return err;
}

static enum err
add_find(struct corpus *corpus, const char *path, const struct bytes *file, struct errinfo *e)
{
    struct find_record *record = xcalloc(1, sizeof *record);
    enum err err = findfile_read(path, (const char *)file->data, file->n, record, e);
    if (!err)
        err = add(corpus, path, &record->subject, e);
    free(record);
    return err;
}

static enum err
add_file(struct corpus *corpus, const char *path, struct errinfo *e)
{
    struct bytes file;
    enum err err = input_read_file(path, &file, e);
    if (err)
        return err;
    bool is_find = findfile_is_one((const char *)file.data, file.n);
    err = is_find ? add_find(corpus, path, &file, e) : add_object(corpus, path, &file, e);
    bytes_free(&file);
    return err;
}

static bool
is_regular(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

/* What can't be read is named, and no reason to stop, unless the corpus is full. */
static enum err
add_directory(struct corpus *corpus, const char *directory, struct errinfo *e)
{
    struct dirent **names;
    int n = scandir(directory, &names, NULL, alphasort);
    if (n < 0)
        return err_set_detail(e, ERR_OPEN, directory, strerror(errno));
    enum err err = OK;
    for (int i = 0; i < n; i++) {
        struct buf path = BUF_EMPTY;
        buf_printf(&path, "%s/%s", directory, names[i]->d_name);
        if (!err && is_regular(buf_text(&path)) && add_file(corpus, buf_text(&path), e) != OK) {
            if (corpus->n == CORPUS_MAX)
                err = e->code;
            else
                message_error(e, "not in the corpus");
        }
        buf_free(&path);
        free(names[i]);
    }
    free(names);
    if (!err && !corpus->n)
        err = err_set_detail(e, ERR_INPUT, directory, "there is no program in it");
    return err;
}

enum err
corpus_open(const char *path, struct corpus *out, struct errinfo *e)
{
    struct stat st;
    *out = (struct corpus){ .list = xcalloc(CORPUS_MAX, sizeof *out->list) };
    if (stat(path, &st))
        return err_set_detail(e, ERR_OPEN, path, strerror(errno));
    return S_ISDIR(st.st_mode) ? add_directory(out, path, e) : add_file(out, path, e);
}

void
corpus_close(struct corpus *corpus)
{
    for (uint32_t i = 0; i < corpus->n; i++)
        free((void *)corpus->list[i]);
    free(corpus->list);
}
