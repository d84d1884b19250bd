/* Symbols of native code for perf. See perfmap.h. The format is perf's: "START SIZE NAME", hexadecimal, a line per symbol
 * (tools/perf/Documentation/jit-interface.txt in the kernel's tree). */
#include "config.h"

#include "ui/perfmap.h"

#include "sim/base/base.h"
#include "ui/message.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* One engine's code of a program. */
struct followed {
    struct perfmap *map;
    const struct program *program;
    const struct engine *engine;
    uint32_t n_bytes; /* of the code that are listed */
    struct followed *next;
};

struct perfmap {
    char path[32];
    FILE *file;
    bool has_symbols;
    struct followed *followed;
};

/* A file of this name that belongs to us, and is no link, was left by an earlier process. */
static bool
remove_old(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == geteuid() && unlink(path) == 0;
}

static int
create(const char *path)
{
    const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    int fd = open(path, flags, 0644);
    if (fd < 0 && errno == EEXIST && remove_old(path))
        fd = open(path, flags, 0644);
    return fd;
}

enum err
perfmap_open(struct perfmap **out, struct errinfo *e)
{
    struct perfmap *map = xcalloc(1, sizeof *map);
    snprintf(map->path, sizeof map->path, "/tmp/perf-%ld.map", (long)getpid());
    int fd = create(map->path);
    map->file = fd < 0 ? NULL : fdopen(fd, "w");
    if (!map->file) {
        err_set_detail(e, ERR_OPEN, map->path, errno == EEXIST ? "it exists and is not a file of yours; remove it" : strerror(errno));
        if (fd >= 0)
            close(fd);
        free(map);
        return ERR_OPEN;
    }
    *out = map;
    return OK;
}

/* ---------------------------------------------------------------- symbols */

/* What a piece is part of: a function's hot or cold code, or a stub. */
static bool
is_same_symbol(const struct program *p, const struct native_piece *a, const struct native_piece *b)
{
    if (native_rows[a->kind].place != native_rows[b->kind].place)
        return false;
    if (a->pc == NATIVE_NO_PC || b->pc == NATIVE_NO_PC)
        return a->kind == b->kind && a->pc == b->pc;
    return program_function_at(p, a->pc) == program_function_at(p, b->pc);
}

static void
put_symbol(FILE *file, const struct program *p, const struct native_view *view, const struct native_piece *first, uint32_t end)
{
    const struct native_row *row = &native_rows[first->kind];
    const struct function *f = first->pc == NATIVE_NO_PC ? NULL : program_function_at(p, first->pc);
    fprintf(file, "%lx %x ", (unsigned long)(uintptr_t)(view->code + first->offset), end - first->offset);
    if (first->pc == NATIVE_NO_PC)
        fprintf(file, "bpf:(%s)\n", row->text);
    else
        fprintf(file, "bpf:%s%s\n", f ? f->name : "(no function)", row->place == NATIVE_COLD ? " (rare)" : "");
}

/* Lists what was added to the code. Padding goes with what stands before it: nobody wants to hear of it. */
static void
list_new(void *arg, struct code *code)
{
    struct followed *f = arg;
    struct native_view view;
    struct errinfo e;
    if (!f->engine->native->view(code, &view, &e))
        return;
    if (view.n_bytes < f->n_bytes) /* all code was forgotten and compiled again */
        f->n_bytes = 0;
    const struct native_piece *first = NULL;
    for (uint32_t i = 0; i < view.n_pieces; i++) {
        const struct native_piece *piece = &view.pieces[i];
        if (piece->offset < f->n_bytes || (first && piece->kind == NATIVE_PADDING))
            continue;
        if (first && !is_same_symbol(f->program, first, piece)) {
            put_symbol(f->map->file, f->program, &view, first, piece->offset);
            first = NULL;
        }
        first = first ? first : piece;
    }
    if (first)
        put_symbol(f->map->file, f->program, &view, first, view.n_bytes);
    f->map->has_symbols |= first != NULL;
    f->n_bytes = view.n_bytes;
    native_view_free(&view);
    fflush(f->map->file); /* perf may look while the program runs */
}

void
perfmap_follow(struct perfmap *map, const struct program *program, const struct engine *engine, struct code *code)
{
    if (!map || !engine->native)
        return;
    struct followed *f = xcalloc(1, sizeof *f);
    *f = (struct followed){ .map = map, .program = program, .engine = engine, .next = map->followed };
    map->followed = f;
    engine->native->follow(code, list_new, f);
}

void
perfmap_close(struct perfmap *map)
{
    if (!map)
        return;
    bool has_failed = ferror(map->file);
    has_failed |= fclose(map->file) != 0;
    if (has_failed) {
        message_text("%s: can't be written; perf will not know all names", map->path);
    } else if (map->has_symbols) {
        message_text("%s names the native code for perf; it is kept, because perf reads it after the program has ended", map->path);
    } else {
        unlink(map->path);
        message_text("no native code was made, so there is nothing for perf to name; --engine jit makes some at once");
    }
    for (struct followed *f = map->followed, *next; f; f = next) {
        next = f->next;
        free(f);
    }
    free(map);
}
