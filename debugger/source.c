/* Source text of the loaded program. See source.h. */
#include "config.h"

#include "debugger/source.h"

#include "sim/base/base.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *
base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* The contents of a regular file, NUL-terminated; NULL when there is none or it is too large. The name comes from the object: a fifo
 * or a device must not block us. */
static char *
read_text(const char *path)
{
    struct stat st;
    char *text = NULL;
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return NULL;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size <= SOURCE_MAX_BYTES) {
        size_t size = (size_t)st.st_size, len = 0;
        ssize_t n = 1;
        text = xmalloc(size + 1);
        while (len < size && (n = read(fd, text + len, size - len)) > 0)
            len += (size_t)n;
        text[len] = '\0';
    }
    close(fd);
    return text;
}

/* As the compiler named it, or beside the object. */
static char *
find_text(const struct session *s, const char *path)
{
    char *text = read_text(path);
    if (text)
        return text;
    struct buf beside = BUF_EMPTY;
    const char *object = s->program->path ? s->program->path : "";
    buf_write(&beside, object, (size_t)(base_name(object) - object));
    buf_puts(&beside, base_name(path));
    text = read_text(buf_text(&beside));
    buf_free(&beside);
    return text;
}

static void
set_line(struct source *src, size_t *cap, uint32_t line, const char *text, size_t len)
{
    while (src->n_lines < line) {
        src->lines = grow(src->lines, src->n_lines, cap, sizeof *src->lines);
        src->lines[src->n_lines++] = NULL;
    }
    if (!src->lines[line - 1])
        src->lines[line - 1] = xstrndup(text, len);
}

static void
split_text(struct source *src, const char *text)
{
    size_t cap = 0;
    while (*text) {
        size_t len = strcspn(text, "\n");
        set_line(src, &cap, src->n_lines + 1, text, len);
        text += len + (text[len] == '\n');
    }
}

/* Lines with code only. Line numbers are the object's word: those beyond any real file are left out. */
static void
collect_lines(const struct session *s, uint32_t file, struct source *src)
{
    const struct program *p = s->program;
    size_t cap = 0;
    for (uint32_t i = 0; i < p->n_lines; i++) {
        const struct line *l = &p->lines[i];
        if (l->file == file && l->line && l->line <= 1u << 20)
            set_line(src, &cap, l->line, l->text ? l->text : "", l->text ? strlen(l->text) : 0);
    }
    for (uint32_t i = 0; i < p->n_lines; i++) { /* "" stands for: there is code, the text is unknown */
        const struct line *l = &p->lines[i];
        if (l->file == file && !l->text && l->line && l->line <= src->n_lines && src->lines[l->line - 1] && !*src->lines[l->line - 1]) {
            free(src->lines[l->line - 1]);
            src->lines[l->line - 1] = NULL;
        }
    }
}

static struct source *
load(struct session *s, uint32_t file)
{
    struct source *src = &s->sources[file];
    if (src->is_loaded)
        return src;
    src->is_loaded = true;
    char *text = find_text(s, s->program->files[file]);
    src->is_from_file = text != NULL;
    if (text)
        split_text(src, text);
    else
        collect_lines(s, file, src);
    free(text);
    return src;
}

const char *
source_line(struct session *s, uint32_t file, uint32_t line)
{
    if (!s->program || file >= s->program->n_files)
        return NULL;
    const struct source *src = load(s, file);
    return line && line <= src->n_lines ? src->lines[line - 1] : NULL;
}

uint32_t
source_n_lines(struct session *s, uint32_t file)
{
    return s->program && file < s->program->n_files ? load(s, file)->n_lines : 0;
}

const char *
source_name(const struct session *s, uint32_t file)
{
    return file < s->program->n_files ? base_name(s->program->files[file]) : "??";
}

int64_t
source_named(const struct session *s, const char *name, size_t len)
{
    for (uint32_t i = 0; s->program && i < s->program->n_files; i++) {
        const char *path = s->program->files[i];
        size_t n = strlen(path);
        if (n >= len && len && memcmp(path + n - len, name, len) == 0 && (n == len || path[n - len - 1] == '/'))
            return i;
    }
    return -1;
}

bool
source_is_line_start(const struct session *s, uint32_t pc)
{
    const struct line *l = program_line_at(s->program, pc);
    return l && l->pc == pc && l->is_stmt;
}

void
source_print_line(struct session *s, uint32_t file, uint32_t line, struct buf *out)
{
    const char *text = source_line(s, file, line);
    if (text)
        buf_printf(out, "%u\t%s\n", line, text);
    else
        buf_printf(out, "%u\tin %s\n", line, s->program->files[file]);
}

void
source_free(struct session *s)
{
    for (uint32_t i = 0; s->sources && i < s->program->n_files; i++) {
        for (uint32_t k = 0; k < s->sources[i].n_lines; k++)
            free(s->sources[i].lines[k]);
        free(s->sources[i].lines);
    }
    free(s->sources);
    s->sources = NULL;
}
